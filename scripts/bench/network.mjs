/**
 * Flow-level bandwidth sharing, on a tree and on a mesh, beside SimGrid with plain max-min sharing: microseconds of user CPU time per
 * flow event, that is one flow ends, another starts, and rates and completion times are brought up to date. Both run the
 * same flows over the same routes, and are held to the same times of the first thousand ends. Then whole transfers.
 *
 * The programs take turns, and the median over the rounds counts; of SimGrid's ways to bring its solution up to date (Lazy
 * and Full), the one that is faster in the cell.
 * usage: node scripts/bench/network.mjs [--smoke] [--rounds N]
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Kernel } from '../../dist/kernel/index.js';
import { Flows, MaxMin, Network } from '../../dist/dynamics/network/index.js';
import { printTable } from './measure.mjs';

/** `events`: flow events in the measurement, and as many before it. */
const CELLS = [
  { kind: 'tree', links: 1_000, flows: 1_000, events: 20_000 },
  { kind: 'tree', links: 1_000, flows: 10_000, events: 3_000 },
  { kind: 'tree', links: 10_000, flows: 1_000, events: 20_000 },
  { kind: 'tree', links: 10_000, flows: 10_000, events: 3_000 },
  { kind: 'mesh', links: 1_000, flows: 1_000, events: 3_000 },
  { kind: 'mesh', links: 1_000, flows: 10_000, events: 500 },
  { kind: 'mesh', links: 10_000, flows: 1_000, events: 3_000 },
  { kind: 'mesh', links: 10_000, flows: 10_000, events: 500 },
];

/** SimGrid knows routes by pairs of hosts: so many hosts give 20,022 of them. */
const HOSTS = 142;

/** A small generator of its own (mulberry32), so that the same flows can be made in any language. */
export function generator(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * Links and a source of paths. `tree`: every link leads up to a parent, ten to a parent; of the flows from random leaves
 * 50 % go up one hop, 25 % two, 15 % three and 10 % to the top; a link has the capacity of five of its children.
 * `mesh`: every flow crosses four random links of equal capacity: the worst case, everything is coupled.
 */
export function network(kind, linkCount, random) {
  const capacity = new Float64Array(linkCount);
  if (kind === 'mesh') {
    capacity.fill(1e9);
    const path = () => {
      const links = new Set();
      while (links.size < 4) links.add(Math.floor(random() * linkCount));
      return [...links];
    };
    return { capacity, path };
  }
  const parent = (link) => Math.floor((link - 10) / 10);
  const firstLeaf = Math.max(Math.floor((linkCount - 10) / 10), 0);
  const depth = (link) => {
    let hops = 1;
    for (let at = link; at >= 10; at = parent(at)) hops++;
    return hops;
  };
  const deepest = depth(linkCount - 1);
  for (let link = 0; link < linkCount; link++) {
    capacity[link] = 1e9;
    for (let level = depth(link); level < deepest; level++) capacity[link] *= 5;
  }
  const path = () => {
    const leaf = firstLeaf + Math.floor(random() * (linkCount - firstLeaf));
    const draw = random();
    const hops = draw < 0.5 ? 1 : draw < 0.75 ? 2 : draw < 0.9 ? 3 : Infinity;
    const links = [];
    for (let link = leaf; links.length < hops; link = parent(link)) {
      links.push(link);
      if (link < 10) break;
    }
    return links;
  };
  return { capacity, path };
}

function cpuUs() {
  return process.cpuUsage().user;
}

/** A network, the routes of all pairs of hosts, and what starts one after the other: a random route, and half to one and a half MB. */
function workload({ kind, links, flows, events }) {
  const random = generator(1);
  const { capacity, path } = network(kind, links, random);
  const routes = Array.from({ length: HOSTS * (HOSTS - 1) }, path);
  const starts = Array.from({ length: flows + 2 * events }, () => ({
    route: Math.floor(random() * routes.length),
    bytes: Math.ceil(1e6 * (0.5 + random())),
  }));
  return { capacity, routes, starts };
}

/** The workload as scripts/bench/simgrid-flows.cc reads it. */
function workloadText(cell) {
  const { capacity, routes, starts } = workload(cell);
  return [
    [cell.links, HOSTS, cell.flows, starts.length, cell.events, cell.events],
    capacity,
    ...routes.map((route) => [route.length, ...route]),
    ...starts.map(({ route, bytes }) => [route, bytes]),
  ]
    .map((numbers) => numbers.join(' '))
    .join('\n');
}

/** Flows in virtual time: each that ends is replaced by the next. */
function runFlows(cell) {
  const { capacity, routes, starts } = workload(cell);
  const kernel = new Kernel({ seed: 1 });
  const ends = [];
  let ended = 0;
  let next = 0;
  const start = () => {
    const { route, bytes } = starts[next++];
    sharing.start(routes[route], routes[route].length, bytes, 0);
  };
  const sharing = new Flows(kernel, capacity, Int32Array.from(capacity.keys()), () => {
    if (ended++ < 1_000) ends.push(kernel.now / 1e9);
    if (ended === cell.events || ended === 2 * cell.events) kernel.stop();
    start();
  });
  for (let i = 0; i < cell.flows; i++) start();
  kernel.run();
  const { repairCount, fullCount } = sharing.sharing;
  const before = cpuUs();
  kernel.run();
  const seconds = (cpuUs() - before) / 1e6;
  const full = sharing.sharing.fullCount - fullCount;
  const repaired = sharing.sharing.repairCount - repairCount;
  return { events: cell.events, seconds, ends: ends.slice(0, ended), fullShare: full / (full + repaired) };
}

/** The sharing alone: a random flow goes, another comes, solved as `solve` says. */
function timeSharing({ kind, links, flows, events }, solve) {
  const random = generator(2);
  const { capacity, path } = network(kind, links, random);
  const sharing = new MaxMin(capacity, Int32Array.from(capacity.keys()));
  const add = () => {
    const links = path();
    return sharing.add(links, links.length);
  };
  const present = Array.from({ length: flows }, add);
  sharing.solve();
  let touched = 0;
  let before = 0;
  const warmUp = Math.ceil(events / 4);
  for (let i = -warmUp; i < events; i++) {
    if (i === 0) {
      touched = 0;
      before = cpuUs();
    }
    sharing.clearChanged();
    const index = Math.floor(random() * flows);
    sharing.remove(present[index]);
    present[index] = add();
    sharing[solve]();
    touched += sharing.changedCount;
  }
  return { events, seconds: (cpuUs() - before) / 1e6, touched: touched / events };
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

/**
 * Measures every cell and returns one row each.
 * @param {{ smoke?: boolean, rounds?: number }} [options] smoke: small cells, few events, one round, only to see that it runs
 * @returns what is not there is said on the console
 */
export function benchNetwork({ smoke = false, rounds = smoke ? 1 : 3 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'codeco-sim-bench-'));
  try {
    const simgrid = compiledSimGrid(folder);
    const cells = smoke
      ? CELLS.filter(({ links, flows }) => links + flows <= 2_000).map((cell) => ({ ...cell, events: 300 }))
      : CELLS;
    return cells.map((cell) => {
      const file = join(folder, 'workload');
      if (simgrid !== undefined) writeFileSync(file, workloadText(cell));
      const ours = [];
      const alone = { solve: [], solveFromScratch: [] };
      const peers = simgrid === undefined ? {} : { Lazy: [], Full: [] };
      for (let round = 0; round < rounds; round++) {
        ours.push(measured('flows', cell));
        for (const [way, results] of Object.entries(peers)) {
          const result = JSON.parse(execFileSync(simgrid, [way, file, '--log=root.thres:warning']));
          checkEnds(`${cell.kind} ${cell.links}/${cell.flows}, ${way}`, ours[0].ends, result.ends);
          results.push(result);
        }
        for (const [solve, results] of Object.entries(alone)) results.push(measured(solve, cell));
        dropSlower(peers);
      }
      const us = (results) => median(results.map(({ events, seconds }) => (1e6 * seconds) / events));
      const row = { 'links/flows': `${cell.kind} ${cell.links}/${cell.flows}`, 'flow event, µs': us(ours) };
      if (simgrid !== undefined) {
        const [way, results] = Object.entries(peers).toSorted(([, a], [, b]) => us(a) - us(b))[0];
        row['SimGrid, µs'] = us(results);
        row['SimGrid optim'] = way;
        row['times SimGrid'] = row['SimGrid, µs'] / row['flow event, µs'];
      }
      return {
        ...row,
        'sharing alone, µs': us(alone.solve),
        'from scratch, µs': us(alone.solveFromScratch),
        'flows touched': alone.solve[0].touched,
        'solved from scratch, %': 100 * ours[0].fullShare,
      };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** SimGrid's program, or undefined, which is said, where it cannot be compiled. */
function compiledSimGrid(folder) {
  const binary = join(folder, 'simgrid-flows');
  const source = join(dirname(fileURLToPath(import.meta.url)), 'simgrid-flows.cc');
  const compiled = spawnSync('g++', ['-O2', '-o', binary, source, '-lsimgrid'], { encoding: 'utf8' });
  if (compiled.status === 0) return binary;
  console.log(
    'SimGrid: skipped, scripts/bench/simgrid-flows.cc does not compile here (Debian: apt-get install g++ libsimgrid-dev)',
  );
  return undefined;
}

/** A measurement in a process of its own, so that one cell does not shape the machine code of another. */
function measured(what, cell) {
  const script = fileURLToPath(import.meta.url);
  return JSON.parse(execFileSync(process.execPath, [script, '--measure', what, JSON.stringify(cell)]));
}

function measure(what, cell) {
  const small = { ...cell, links: 100, flows: 100, events: 5_000 };
  if (what === 'flows') {
    runFlows(small);
    return runFlows(cell);
  }
  // machine code for the loops, then the measurement
  timeSharing(small, what);
  return timeSharing(what === 'solve' ? cell : { ...cell, events: Math.min(cell.events, 500) }, what);
}

/** Both simulate the same thing: the first ends are at the same times, to SimGrid's precision and whole nanoseconds. */
function checkEnds(name, ours, theirs) {
  if (ours.length !== theirs.length || ours.length === 0) {
    throw new Error(`${name}: ${ours.length} ends were kept, and ${theirs.length} of SimGrid's`);
  }
  for (const [index, end] of ours.entries()) {
    if (Math.abs(end - theirs[index]) > 1e-6 * theirs[index] + 2e-9) {
      throw new Error(`${name}: end ${index} is at ${end} s, in SimGrid at ${theirs[index]} s`);
    }
  }
}

/** Of two ways of which one takes more than half as long again as the other, only the faster is measured further. */
function dropSlower(peers) {
  const ways = Object.entries(peers);
  if (ways.length < 2) return;
  const [faster, slower] = ways.toSorted(([, a], [, b]) => a[0].seconds - b[0].seconds);
  if (slower[1][0].seconds > 1.5 * faster[1][0].seconds) delete peers[slower[0]];
}

/** Users behind 1,000 cells on 30 metro switches and a core: each sends to a server at its metro switch or at the core. */
function timeTransfers(bytes, transfers) {
  const random = generator(3);
  const vertices = [];
  const media = [];
  const links = [];
  const vertex = () => vertices.push({ name: `v${vertices.length}`, kind: 'switch' }) - 1;
  const medium = (bandwidthBps) => media.push({ name: `m${media.length}`, bandwidthBps }) - 1;
  const link = (from, to, latencyNs, bandwidthBps) => {
    const wire = { forwardMedium: medium(bandwidthBps), backwardMedium: medium(bandwidthBps) };
    links.push({ name: `l${links.length}`, from, to, latencyNs, ...wire });
  };
  const core = vertex();
  const metros = Array.from({ length: 30 }, vertex);
  for (const metro of metros) link(metro, core, 5e6, 10e9);
  const servers = [core, ...metros].map((at) => {
    const server = vertex();
    link(server, at, 2e5, 10e9);
    return server;
  });
  const accessPoints = Array.from({ length: 1_000 }, (_, index) => {
    const site = vertex();
    link(site, metros[index % 30], 1e6, 1e9);
    return { vertex: site, latencyNs: 2e6, uplinkMedium: medium(1e8), downlinkMedium: medium(3e8) };
  });
  const kernel = new Kernel({ seed: 1 });
  const network = new Network(kernel, { vertices, media, links, accessPoints });
  let left = transfers;
  const receiver = network.receiver(() => {
    if (--left === 0) kernel.stop();
  });
  const users = Array.from({ length: 10_000 }, (_, index) => {
    const user = network.addEndpoint();
    network.attach(user, index % 1_000);
    return user;
  });
  // about 100 transfers under way at a time, as long as one takes about 10 ms
  const send = kernel.on('bench.send', () => {
    const user = Math.floor(random() * users.length);
    const server = random() < 0.2 ? servers[0] : servers[1 + ((user % 1_000) % 30)];
    network.send(receiver, user, users[user], server, bytes);
    kernel.after(1 + Math.floor(random() * 200_000), send);
  });
  kernel.at(0, send);
  left = Math.min(transfers, 20_000);
  kernel.run();
  left = transfers;
  const before = cpuUs();
  kernel.run();
  return (cpuUs() - before) / transfers;
}

/** Microseconds of CPU per transfer from sending to delivery, all its events and those that send it included. */
export function benchTransfers({ smoke = false } = {}) {
  const count = smoke ? 500 : 300_000;
  return [
    ['message of 1 kB', 1_000],
    ['transfer of 100 kB', 100_000],
  ].map(([what, bytes]) => ({
    what,
    us: median(Array.from({ length: smoke ? 1 : 5 }, () => timeTransfers(bytes, count))),
  }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [first, what, cell] = process.argv.slice(2);
  if (first === '--measure') {
    console.log(JSON.stringify(measure(what, JSON.parse(cell))));
  } else {
    const smoke = process.argv.includes('--smoke');
    const at = process.argv.indexOf('--rounds');
    printTable(benchNetwork(at < 0 ? { smoke } : { smoke, rounds: Number(process.argv[at + 1]) }));
    console.log();
    printTable(benchTransfers({ smoke }));
  }
}
