import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const KEYS = { id: 'stand-in', secret: 'c3Rh/bmQt+aW4=' };
/** Small, so that listings have several pages. */
const KEYS_A_PAGE = 3;

/**
 * A store that does of S3 what is asked of it here: PutObject, GetObject and ListObjectsV2 of one bucket, each refused if its signature (from
 * what came over the wire), its time or its body's hash is wrong.
 */
export class S3StandIn {
  readonly objects = new Map<string, Buffer>();
  /** So many requests are answered with 503 first, as a store that is asked too much does. */
  busy = 0;
  readonly #server: Server;
  readonly #bucket: string;

  private constructor(bucket: string) {
    this.#bucket = bucket;
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { status, body } = this.#answer(request, Buffer.concat(chunks));
        response.writeHead(status).end(body);
      });
    });
  }

  static async start(bucket: string): Promise<S3StandIn> {
    const store = new S3StandIn(bucket);
    await new Promise<void>((listening) => store.#server.listen(0, '127.0.0.1', listening));
    return store;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** What tells a program how to reach it. */
  get environment() {
    const { port } = this.#server.address() as AddressInfo;
    return {
      AWS_ACCESS_KEY_ID: KEYS.id,
      AWS_SECRET_ACCESS_KEY: KEYS.secret,
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_REGION: 'eu-test-1',
    };
  }

  #answer(request: IncomingMessage, body: Buffer): { status: number; body?: string | Buffer } {
    if (this.busy-- > 0) return { status: 503, body: error('SlowDown', 'Please reduce your request rate.') };
    const wrong = whatIsWrong(request, body);
    if (wrong !== undefined) return { status: 403, body: error('SignatureDoesNotMatch', wrong) };
    const url = new URL(request.url!, 'http://store');
    const [, bucket, ...rest] = url.pathname.split('/');
    const key = decodeURIComponent(rest.join('/'));
    if (bucket !== this.#bucket) return { status: 404, body: error('NoSuchBucket', 'There is no such bucket.') };
    if (request.method === 'PUT') {
      this.objects.set(key, body);
      return { status: 200 };
    }
    if (key === '') return { status: 200, body: this.#list(url.searchParams) };
    const object = this.objects.get(key);
    return object === undefined
      ? { status: 404, body: error('NoSuchKey', 'No such key.') }
      : { status: 200, body: object };
  }

  #list(query: URLSearchParams): string {
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(query.get('prefix') ?? '')).toSorted();
    const token = query.get('continuation-token');
    const page = keys.filter((key) => token === null || `after+${key}` > token).slice(0, KEYS_A_PAGE);
    const contents = page.map((key) => `<Contents><Key>${key.replaceAll('&', '&amp;')}</Key><Size>${this.objects.get(key)!.length}</Size></Contents>`); // prettier-ignore
    const isWhole = page.at(-1) === keys.at(-1);
    const next = isWhole ? '' : `<NextContinuationToken>after+${page.at(-1)}</NextContinuationToken>`;
    return `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult><IsTruncated>${!isWhole}</IsTruncated>${contents.join('')}${next}</ListBucketResult>`;
  }
}

const error = (code: string, message: string) => `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`; // prettier-ignore

/** Why a request is refused (Amazon S3 API Reference, "Authenticating Requests: Using the Authorization Header"). */
function whatIsWrong({ method, url, headers }: IncomingMessage, body: Buffer): string | undefined {
  const [, id, day, region, names, signature] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=(\w{64})$/.exec(
      headers.authorization ?? '',
    ) ?? [];
  if (id !== KEYS.id) return 'unknown key';
  const time = String(headers['x-amz-date']);
  const at = Date.parse(time.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(Date.now() - at) < 900_000) || !time.startsWith(day!)) return 'the time is wrong';
  const bodyHash = createHash('sha256').update(body).digest('hex');
  if (headers['x-amz-content-sha256'] !== bodyHash) return 'the body is not what was signed';
  for (const needed of ['host', 'x-amz-date', 'x-amz-content-sha256'])
    if (!names!.split(';').includes(needed)) return `${needed} is not signed`;
  const [path, search = ''] = url!.split('?') as [string, string?];
  const lines = names!.split(';').map((name) => `${name}:${String(headers[name])}\n`);
  const canonical = [method, path, search.split('&').toSorted().join('&'), lines.join(''), names, bodyHash].join('\n');
  const text = `AWS4-HMAC-SHA256\n${time}\n${day}/${region}/s3/aws4_request\n${createHash('sha256').update(canonical).digest('hex')}`;
  let key: Buffer | string = `AWS4${KEYS.secret}`;
  for (const part of [day!, region!, 's3', 'aws4_request', text]) key = createHmac('sha256', key).update(part).digest();
  return (key as Buffer).toString('hex') === signature ? undefined : 'the signature is wrong';
}
