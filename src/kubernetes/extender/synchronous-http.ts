import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';

/** What came back: a status and a text, or why nothing did. */
export type HttpAnswer = { readonly status: number; readonly text: string } | { readonly failure: string };

/** Larger answers are refused. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
/** How much longer than its own time-out the worker itself is waited for. */
const GRACE_MS = 2_000;

/** Runs in a thread of its own; plain JavaScript, as it is not loaded from a file. */
const worker = `
const { workerData: { port, signal } } = require('node:worker_threads');
const http = require('node:http');
const https = require('node:https');
port.on('message', ({ url, body, timeoutMs, verified, maxBytes }) => {
  let answered = false;
  const answer = (value) => {
    if (answered) return;
    answered = true;
    clearTimeout(timer);
    port.postMessage(value);
    Atomics.store(signal, 0, 1);
    Atomics.notify(signal, 0);
  };
  const { protocol } = new URL(url);
  const timer = setTimeout(() => {
    answer({ failure: 'no answer within ' + timeoutMs + ' ms' });
    request.destroy();
  }, timeoutMs);
  const request = (protocol === 'https:' ? https : http).request(
    url,
    {
      method: 'POST',
      agent: false, // a connection that is kept would block a server that serves one at a time
      rejectUnauthorized: verified,
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    },
    (response) => {
      const chunks = [];
      let length = 0;
      response.on('data', (chunk) => {
        length += chunk.length;
        if (length <= maxBytes) return chunks.push(chunk);
        answer({ failure: 'an answer of more than ' + maxBytes + ' bytes' });
        request.destroy();
      });
      response.on('end', () => answer({ status: response.statusCode, text: Buffer.concat(chunks).toString('utf8') }));
      response.on('error', (error) => answer({ failure: error.message }));
    },
  );
  request.on('error', (error) => answer({ failure: error.message || error.code }));
  request.end(body);
});
`;

/**
 * HTTP for a program that cannot wait otherwise: a simulation's virtual time stands still while it asks. The thread that
 * talks is made at the first request.
 */
export class SynchronousHttp {
  readonly #signal = new Int32Array(new SharedArrayBuffer(4));
  #worker: Worker | undefined;
  #port: MessagePort | undefined;

  /** Posts a JSON text and waits for the answer. Does not throw: what goes wrong is the answer. */
  post(url: string, body: string, options: { readonly timeoutMs: number; readonly verified: boolean }): HttpAnswer {
    const port = this.#open();
    Atomics.store(this.#signal, 0, 0);
    port.postMessage({ url, body, maxBytes: MAX_ANSWER_BYTES, ...options });
    const waited = Atomics.wait(this.#signal, 0, 0, options.timeoutMs + GRACE_MS);
    const received = receiveMessageOnPort(port) as { readonly message: HttpAnswer } | undefined;
    if (waited !== 'timed-out' && received !== undefined) return received.message;
    this.close();
    return { failure: `no answer within ${options.timeoutMs} ms` };
  }

  /** Ends the thread. */
  close(): void {
    this.#port?.close();
    void this.#worker?.terminate();
    this.#worker = undefined;
    this.#port = undefined;
  }

  #open(): MessagePort {
    if (this.#port !== undefined) return this.#port;
    const { port1, port2 } = new MessageChannel();
    this.#worker = new Worker(worker, {
      eval: true,
      workerData: { port: port2, signal: this.#signal },
      transferList: [port2],
    });
    // a run that is over does not wait for it
    this.#worker.unref();
    port1.unref();
    this.#port = port1;
    return port1;
  }
}
