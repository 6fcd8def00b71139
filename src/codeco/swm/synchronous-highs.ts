import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';

/** What HiGHS answers: a status in its words and the values of the columns, or why it failed. */
export type HighsAnswer =
  { readonly status: string; readonly values: Readonly<Record<string, number>> } | { readonly failure: string };

/** Runs in a thread of its own; plain JavaScript, as it is not loaded from a file. */
const worker = `
const { workerData: { port, signal, module } } = require('node:worker_threads');
const loading = import(module).then(({ default: load }) => load());
port.on('message', async ({ program, options }) => {
  let answer;
  try {
    const { Status, Columns } = (await loading).solve(program, options);
    const values = {};
    for (const [name, { Primal }] of Object.entries(Columns)) if (Primal) values[name] = Primal;
    answer = { status: Status, values };
  } catch (error) {
    answer = { failure: String(error) };
  }
  port.postMessage(answer);
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
});
`;

/**
 * The HiGHS solver (WebAssembly) for a program that cannot wait otherwise: a simulation's virtual time stands still while
 * it asks. It is loaded at the first question, in a thread of its own.
 */
export class SynchronousHighs {
  readonly #signal = new Int32Array(new SharedArrayBuffer(4));
  #port: MessagePort | undefined;

  /** Solves a program in CPLEX's LP format and waits for the answer. Does not throw: what goes wrong is the answer. */
  solve(program: string, options: Readonly<Record<string, string | number | boolean>>): HighsAnswer {
    const port = (this.#port ??= this.#open());
    Atomics.store(this.#signal, 0, 0);
    port.postMessage({ program, options });
    Atomics.wait(this.#signal, 0, 0);
    return (receiveMessageOnPort(port) as { readonly message: HighsAnswer }).message;
  }

  #open(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    const thread = new Worker(worker, {
      eval: true,
      workerData: { port: port2, signal: this.#signal, module: import.meta.resolve('highs') },
      transferList: [port2],
    });
    // a run that is over does not wait for it
    thread.unref();
    port1.unref();
    return port1;
  }
}
