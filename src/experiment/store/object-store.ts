import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import sax from 'sax';
import { ResultsError } from '../../results/index.ts';
import { signedHeaders, type Credentials } from './signature.ts';

/** Where a store is, and who asks it. */
export interface StoreAccess {
  readonly credentials: Credentials;
  readonly region: string;
  readonly endpoint: URL;
  /** The wall's clock, for signatures. */
  readonly now: () => Date;
}

/** A place in a store: `s3://BUCKET/PREFIX`. */
export interface StorePlace {
  readonly bucket: string;
  /** Without a slash at its ends; may be empty. */
  readonly prefix: string;
}

/** An object of a store. */
export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
}

/** So often a request is made before its store is given up, with a pause that doubles from this. Own design. */
const ATTEMPTS = 6;
const PAUSE_MS = 100;
/** What a store takes in one request (Amazon S3, PutObject). */
const MAX_OBJECT_BYTES = 5 * 2 ** 30;

/**
 * Reads where a sweep's results are kept.
 * @throws {ResultsError} if it is no such place
 */
export function parseStorePlace(text: string): StorePlace {
  const [, bucket, prefix] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([\w!.*'()/-]*?))?\/*$/.exec(text) ?? [];
  if (bucket === undefined || (prefix ?? '').split('/').some((part) => part === '.' || part === '..'))
    throw new ResultsError(`${JSON.stringify(text)} is no place in a store: expected s3://BUCKET/PREFIX`);
  return { bucket, prefix: prefix ?? '' };
}

/**
 * How a store is reached, from the variables that the AWS tools and SDKs read.
 * @throws {ResultsError} if keys are missing, or the endpoint is no address
 */
export function storeAccess(environment: Readonly<Record<string, string | undefined>>, now: () => Date): StoreAccess {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: token,
  } = environment;
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) {
    if ((environment[name] ?? '') !== '') continue;
    throw new ResultsError(
      `${name} is not set: a store wants AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and one that is not Amazon's AWS_ENDPOINT_URL`,
    );
  }
  const region = environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'] ?? 'us-east-1';
  const address =
    environment['AWS_ENDPOINT_URL_S3'] ?? environment['AWS_ENDPOINT_URL'] ?? `https://s3.${region}.amazonaws.com`;
  if (!/^https?:\/\//.test(address) || !URL.canParse(address))
    throw new ResultsError(
      `AWS_ENDPOINT_URL is ${JSON.stringify(address)}, expected an address such as https://store:9000`,
    );
  const credentials = {
    accessKeyId: accessKeyId!,
    secretAccessKey: secretAccessKey!,
    ...(token === undefined ? {} : { sessionToken: token }),
  };
  return { credentials, region, endpoint: new URL(address), now };
}

/** A bucket of an S3-compatible store. */
export class ObjectStore {
  readonly #access: StoreAccess;
  readonly #bucket: string;

  constructor(access: StoreAccess, bucket: string) {
    this.#access = access;
    this.#bucket = bucket;
  }

  /** @throws {ResultsError} if the store refuses */
  async put(key: string, content: Buffer): Promise<void> {
    if (content.length > MAX_OBJECT_BYTES)
      throw new ResultsError(
        `${key} has ${content.length} bytes, more than a store takes at once (${MAX_OBJECT_BYTES})`,
      );
    await this.#request('PUT', key, {}, content);
  }

  /** @throws {ResultsError} if the store refuses, or has none */
  get(key: string): Promise<Buffer> {
    return this.#request('GET', key);
  }

  /**
   * All objects whose key begins so, in the order of their keys.
   * @throws {ResultsError} if the store refuses
   */
  async list(prefix: string): Promise<StoredObject[]> {
    const objects: StoredObject[] = [];
    for (let token: string | undefined; ;) {
      const page = await this.#request('GET', '', {
        'list-type': '2',
        prefix,
        ...(token === undefined ? {} : { 'continuation-token': token }),
      });
      const { contents, next } = readListing(page.toString());
      objects.push(...contents);
      if (next === undefined) return objects;
      token = next;
    }
  }

  async #request(method: string, key: string, query: Record<string, string> = {}, body?: Buffer): Promise<Buffer> {
    const url = new URL(this.#access.endpoint);
    const parts = [url.pathname.replace(/\/+$/, ''), this.#bucket, ...key.split('/').map(encodeURIComponent)];
    url.pathname = parts.join('/');
    url.search = new URLSearchParams(query).toString();
    const bodyHash = createHash('sha256').update(body ?? '').digest('hex'); // prettier-ignore
    const { credentials, region, now } = this.#access;
    const what = `${method} s3://${this.#bucket}/${key} at ${url.origin}`;
    for (let attempt = 1; ; attempt++) {
      const headers = signedHeaders({ method, url, bodyHash }, credentials, region, now());
      let trouble: string;
      try {
        const answer = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
        const content = Buffer.from(await answer.arrayBuffer());
        if (answer.ok) return content;
        trouble = `${answer.status} ${errorOf(content.toString()) || answer.statusText}`;
        if (answer.status < 500 && answer.status !== 429) throw new ResultsError(`${what}: ${trouble}`);
      } catch (error) {
        if (error instanceof ResultsError) throw error;
        const { message, cause } = error as Error;
        trouble = cause instanceof Error ? `${message}: ${cause.message}` : message;
      }
      if (attempt === ATTEMPTS) throw new ResultsError(`${what}: ${trouble}, ${ATTEMPTS} times`);
      await sleep(PAUSE_MS * 2 ** (attempt - 1));
    }
  }
}

/** Tells each text of an XML document with the names of its elements, outermost first. */
function eachText(xml: string, tell: (path: readonly string[], text: string) => void): void {
  const parser = sax.parser(true);
  const path: string[] = [];
  let text = '';
  parser.onopentag = ({ name }) => {
    path.push(name);
    text = '';
  };
  parser.ontext = (more) => (text += more);
  parser.onclosetag = () => {
    tell(path, text);
    path.pop();
    text = '';
  };
  parser.write(xml).close();
}

/** Source: Amazon S3 API Reference, ListObjectsV2, "Response Syntax". */
function readListing(xml: string): { readonly contents: readonly StoredObject[]; readonly next: string | undefined } {
  const contents: StoredObject[] = [];
  let key = '';
  let next: string | undefined;
  eachText(xml, (path, text) => {
    const at = path.slice(1).join('/');
    if (at === 'Contents/Key') key = text;
    else if (at === 'Contents/Size') contents.push({ key, bytes: Number(text) });
    else if (at === 'NextContinuationToken') next = text;
  });
  return { contents, next };
}

/** What a store says is wrong, where it says it as S3 does. */
function errorOf(xml: string): string {
  const said: Record<string, string> = {};
  try {
    eachText(xml, (path, text) => {
      if (path[0] === 'Error') said[path.at(-1)!] = text;
    });
  } catch {
    return '';
  }
  return [said['Code'], said['Message']].filter((part) => part !== undefined).join(': ');
}
