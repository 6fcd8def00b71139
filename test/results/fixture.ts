import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { Recorder, type RecorderOptions, type RunEnding, type RunHeader } from '../../src/results/index.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A new empty folder, removed after the test. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'codeco-sim-results-'));
  folders.push(folder);
  return folder;
}

export const header: RunHeader = {
  name: 'small',
  scenario: { file: 'small.yaml', hash: 'ab12' },
  seed: 7,
  version: '0.1.0',
  command: ['run', 'small.yaml'],
};

export const ending: RunEnding = {
  trail: { stride: 64, eventCount: 1234, digest: '0011223344556677', bytes: Uint8Array.of(1, 2, 3, 4) },
  measures: {
    duration_ns: 60e9,
    warmup_ns: 0,
    requests_sent: 2,
    requests_succeeded: 1,
    requests_failed: 1,
    retries: 0,
    timeouts: 0,
    retries_over_budget: 0,
    overloaded: 0,
    latency_mean_ns: 7.5e6,
    energy_j: 12.25,
    network_energy_j: 0.5,
    carbon_g: 0,
    cost: 0,
    battery_depletions: 0,
    pods_created: 1,
    pods_unschedulable: 0,
  migrations: 0,
  migration_downtime_ns: 0,
  handovers: 0,
  ping_pongs: 0,
  outage_handovers: 0,
  coverage_losses: 0,
  policy_violations: 0,
  policy_violation_ns: 0,
  uncovered_ns: 0,
  },
  scenario: { seed: 7 },
};

/** Records `requests` requests, of which every third fails, and a decision with awkward texts. */
export function recordRows(recorder: Recorder, requests: number): void {
  const { requests: table, decisions } = recorder.tables;
  const { columns } = table;
  const { app, service, user, access_point, pod, node, cluster, outcome } = recorder.dictionaries;
  node.addAll(['edge-1', 'edge-2', 'hub-1']);
  const succeeded = outcome.code('succeeded');
  const failed = outcome.code('failed');
  for (let k = 0; k < requests; k++) {
    const i = table.row();
    columns.request[i] = k;
    columns.issued_ns[i] = k * 1e6 + 1;
    columns.app[i] = app.code('bookinfo');
    columns.service[i] = service.code('productpage');
    columns.user[i] = user.code(`user-${k % 1000}`);
    columns.access_point[i] = access_point.code(`cell ${k % 7}, "north"`);
    columns.warmup[i] = k < 10 ? 1 : 0;
    columns.attempts[i] = 1;
    if (k % 3 === 2) {
      columns.outcome[i] = failed;
      continue;
    }
    columns.outcome[i] = succeeded;
    columns.latency_ns[i] = 7e6 + (k % 100) / 8;
    columns.completed_ns[i] = k * 1e6 + 7e6;
    // pods come and go: the dictionary grows all the time
    columns.pod[i] = pod.code(`pod-${Math.floor(k / 1000)}`);
    columns.node[i] = k % 3;
    columns.cluster[i] = cluster.code('district');
  }
  decisions.append({
    decision: 0,
    time_ns: 5,
    scheduler: 'kube-scheduler',
    pod: 'pod-0',
    app: 'bookinfo',
    attempt: 1,
    considered_nodes: 3,
    feasible_nodes: 0,
    tie_set: '',
    message: '0/3 nodes: "no room",\nnot even at Łódź 🙂',
    view_age_ns: 0,
  });
}

/** Records a small run into a folder. */
export function recordRun(folder: string | undefined, requests: number, options: RecorderOptions = {}) {
  const recorder = new Recorder(folder, header, options);
  recordRows(recorder, requests);
  return recorder.close(ending);
}
