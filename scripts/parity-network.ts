// Compares the completion times of flows with those that SimGrid recorded: npx tsx scripts/parity-network.ts FILE
//
// FILE has one JSON object a line: `links` (capacities, byte/s), `routes` (lists of indices of links) and `flows`
// ([route, start in s, size in byte, end in s as recorded]). Prints how many flows agree within 1e-5 relative, which is
// the precision of SimGrid's own solver, and the worst one. Exit status: 0 all agree, 1 some do not, 2 wrong usage or input.
// parity/record-flows.cc records further cases.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { replayFlows, type RecordedCase } from './parity/replay-flows.ts';

const TOLERANCE = 1e-5;

async function main(file: string): Promise<number> {
  let cases = 0;
  let flows = 0;
  let agreeing = 0;
  let worst = { error: -1, text: 'none' };
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    line++;
    if (text.trim() === '') continue;
    const recorded = parseCase(text, `${file}:${line}`);
    const ends = replayFlows(recorded);
    cases++;
    for (const [flow, [, , , expected]] of recorded.flows.entries()) {
      const found = ends[flow]!;
      const error = Math.abs(found - expected) / expected;
      flows++;
      if (error <= TOLERANCE) agreeing++;
      if (!(error <= worst.error)) {
        worst = { error, text: `line ${line}, flow ${flow}: ends at ${found} s, recorded ${expected} s` };
      }
    }
  }
  if (flows === 0) throw new SyntaxError(`${file}: no recorded flow in it`);
  console.log(`cases     ${cases}`);
  console.log(`flows     ${flows}`);
  console.log(`agreeing  ${agreeing} within ${TOLERANCE} relative`);
  console.log(`worst     ${worst.error.toExponential(2)} relative (${worst.text})`);
  return agreeing === flows ? 0 : 1;
}

/** @throws {SyntaxError} with the place and what is missing */
function parseCase(text: string, place: string): RecordedCase {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`${place}: not JSON: ${(error as Error).message}`, { cause: error });
  }
  const { links, routes, flows } = (value ?? {}) as Partial<RecordedCase>;
  if (!isNumbers(links)) throw new SyntaxError(`${place}: "links" is not a list of capacities`);
  if (!Array.isArray(routes) || !routes.every((route) => isNumbers(route) && route.every((link) => link in links))) {
    throw new SyntaxError(`${place}: "routes" is not a list of lists of links`);
  }
  if (!Array.isArray(flows) || !flows.every((flow) => isNumbers(flow) && flow.length === 4 && flow[0]! in routes)) {
    throw new SyntaxError(`${place}: "flows" is not a list of [route, start, size, end]`);
  }
  return { links, routes, flows };
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'number' && item >= 0);
}

const [file, ...rest] = process.argv.slice(2);
if (file === undefined || rest.length > 0) {
  console.error('usage: npx tsx scripts/parity-network.ts FILE');
  process.exitCode = 2;
} else {
  try {
    process.exitCode = await main(file);
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 2;
  }
}
