// Flow-level bandwidth sharing: microseconds of CPU per flow event (one flow ends, one starts, rates and completion times
// are brought up to date), on a tree and on a mesh. Printed when run directly: node scripts/bench/network.mjs [--smoke]
import { fileURLToPath } from 'node:url';
import { Kernel } from '../../dist/kernel/index.js';
import { Flows, MaxMin, Network } from '../../dist/dynamics/network/index.js';

const CELLS = [
  [1_000, 1_000],
  [1_000, 10_000],
  [10_000, 1_000],
  [10_000, 10_000],
];

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
    return { capacity, path: () => Array.from({ length: 4 }, () => Math.floor(random() * linkCount)) };
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
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Flows in virtual time: each that ends is replaced by another. */
function timeFlows(kind, links, flows, events) {
  const random = generator(1);
  const { capacity, path } = network(kind, links, random);
  const kernel = new Kernel({ seed: 1 });
  let left = events;
  const start = () => {
    const links = path();
    sharing.start(links, links.length, Math.ceil(1e6 * (0.5 + random())), 0);
  };
  const sharing = new Flows(kernel, capacity, Int32Array.from(capacity.keys()), () => {
    if (--left === 0) kernel.stop();
    start();
  });
  for (let i = 0; i < flows; i++) start();
  left = Math.min(events, 2_000);
  kernel.run();
  left = events;
  const before = cpuUs();
  kernel.run();
  return { us: (cpuUs() - before) / events, repairs: sharing.sharing.repairCount, full: sharing.sharing.fullCount };
}

/** The sharing alone: a random flow goes, another comes, solved as `solve` says. */
function timeSharing(kind, links, flows, events, solve) {
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
  return { us: (cpuUs() - before) / events, touched: touched / events };
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

/**
 * Measures every cell and returns one row each.
 * @param {{ smoke?: boolean }} [options] smoke: few events, one round, only to see that it runs
 */
export function benchNetwork({ smoke = false } = {}) {
  const rows = [];
  for (const kind of ['tree', 'mesh']) {
    for (const [links, flows] of CELLS) {
      const rounds = smoke ? 1 : 3;
      const events = smoke ? 200 : kind === 'tree' ? 100_000 : 2_000;
      const fullEvents = smoke ? 10 : 200;
      const runs = Array.from({ length: rounds }, () => ({
        flows: timeFlows(kind, links, flows, events),
        incremental: timeSharing(kind, links, flows, events, 'solve'),
        full: timeSharing(kind, links, flows, fullEvents, 'solveFromScratch'),
      }));
      rows.push({
        network: `${kind} ${links}/${flows}`,
        flowEventUs: median(runs.map((run) => run.flows.us)),
        sharingUs: median(runs.map((run) => run.incremental.us)),
        fullSharingUs: median(runs.map((run) => run.full.us)),
        touchedFlows: runs[0].incremental.touched,
        fullShare: runs[0].flows.full / (runs[0].flows.full + runs[0].flows.repairs),
      });
    }
  }
  return rows;
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
  const smoke = process.argv.includes('--smoke');
  const rows = benchNetwork({ smoke });
  console.table(
    rows.map((row) => ({
      'links/flows': row.network,
      'µs per flow event': row.flowEventUs.toFixed(2),
      'sharing only, µs': row.sharingUs.toFixed(2),
      'sharing from scratch, µs': row.fullSharingUs.toFixed(1),
      'flows touched': row.touchedFlows.toFixed(1),
      'solved from scratch': `${(100 * row.fullShare).toFixed(1)} %`,
    })),
  );
  console.table(benchTransfers({ smoke }).map(({ what, us }) => ({ transfer: what, 'µs each': us.toFixed(2) })));
}
