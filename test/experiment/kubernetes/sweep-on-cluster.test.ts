import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { V1Job, V1Pod } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectCluster, type Cluster } from '../../../src/kubernetes-client/index.ts';
import { PlayedKubelet, type Fate } from '../../kubernetes/played-kubelet.ts';
import { startControlPlane, whyNoControlPlane, type ControlPlane } from '../../kubernetes/real-control-plane.ts';
import { bytesIn, writeExperiment } from '../execution/fixture.ts';
import { S3StandIn } from '../store/s3-stand-in.ts';

const program = resolve('dist/cli/main.js');
const small = `  vary:
    users[0].count: [1, 2, 6]
    orchestration.scheduler: [spread, best-fit]
`;
const why = whyNoControlPlane(['kube-scheduler', 'kube-controller-manager']);

describe.skipIf(why !== undefined)(
  `a sweep as an Indexed Job of a real control plane, with the kubelet played by the test (${why ?? 'run'})`,
  { timeout: 400_000 },
  () => {
    let folder: string;
    let plane: ControlPlane;
    let cluster: Cluster;
    let kubelet: PlayedKubelet | undefined;
    let fate: (pod: V1Pod) => Fate = () => undefined;
    const indexOf = (pod: V1Pod): number =>
      Number(pod.metadata!.annotations!['batch.kubernetes.io/job-completion-index']);
    const listJobs = async (): Promise<V1Job[]> =>
      (await cluster.api(cluster.library.BatchV1Api).listNamespacedJob({ namespace: 'default' })).items;

    beforeAll(async () => {
      execFileSync(process.execPath, ['scripts/bootstrap.mjs'], { stdio: 'ignore' });
      folder = mkdtempSync(join(tmpdir(), 'codeco-sim-jobs-'));
      cpSync(join(import.meta.dirname, '../files/tiny.yaml'), join(folder, 'tiny.yaml'));
      plane = await startControlPlane({ scheduler: true, controllerManager: true });
      cluster = await connectCluster({ kubeconfig: plane.kubeconfig, needs: [] });
      const [kept, volumes] = [join(folder, 'kubelet'), join(folder, 'volume')];
      kubelet = await PlayedKubelet.join(cluster, { node: 'node-1', folder: kept, volumes, fate: (pod) => fate(pod) });
      const core = cluster.api(cluster.library.CoreV1Api);
      const volume = { accessModes: ['ReadWriteMany'], storageClassName: '' };
      const [capacity, requests] = [{ storage: '1Gi' }, { storage: '1Gi' }];
      await core.createPersistentVolume({
        body: { metadata: { name: 'volume' }, spec: { ...volume, capacity, hostPath: { path: '/none' } } },
      });
      await core.createNamespacedPersistentVolumeClaim({
        namespace: 'default',
        body: { metadata: { name: 'results' }, spec: { ...volume, volumeName: 'volume', resources: { requests } } },
      });
    }, 180_000);
    afterAll(async () => {
      await kubelet?.stop();
      await plane.stop();
      rmSync(folder, { recursive: true });
    });

    /** The program, as users start it; `stop` interrupts it once a text has been said. */
    function sweep(
      experiment: string,
      args: readonly string[],
      stop?: string,
      { kept = ['--pvc', 'results'], environment = {} }: { kept?: string[]; environment?: Record<string, string> } = {},
    ) {
      const all = ['sweep', experiment, '--engine', 'kubernetes', '--image', 'example.org/codeco-sim', ...kept];
      const child = spawn(process.execPath, [program, ...all, '--kubeconfig', plane.kubeconfig, ...args], {
        cwd: folder,
        env: { ...process.env, NO_COLOR: '1', ...environment },
      });
      let stdout = '';
      let stderr = '';
      let isStopped = false;
      child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => {
        stderr += chunk.toString();
        if (stop === undefined || isStopped || !stderr.includes(stop)) return;
        isStopped = true;
        child.kill('SIGINT');
      });
      return new Promise<{ status: number | null; stdout: string; stderr: string }>((end) =>
        child.on('close', (status) => end({ status, stdout, stderr })),
      );
    }

    test('the API server takes its objects, and its Pods meet the restricted security standard', async () => {
      const file = writeExperiment(folder, 'checked', small);
      const { status, stderr } = await sweep(file, ['--shards', '3', '--dry-run=server']);
      expect(stderr).toContain('the cluster would take the Job sweep-checked-');
      expect(status).toBe(0);
      const { status: refused, stderr: message } = await sweep(file, ['--dry-run=server', '--namespace', 'Wrong']);
      expect(refused).toBe(3);
      expect(message).toMatch(/^cannot create the ConfigMap sweep-checked-.*namespace/m);

      const printed = await sweep(file, ['--dry-run=client', '-o', 'json', '-q']);
      const { items } = JSON.parse(printed.stdout) as { items: [unknown, V1Job] };
      const core = cluster.api(cluster.library.CoreV1Api);
      const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
      await core.createNamespace({ body: { metadata: { name: 'restricted', labels } } });
      const template = items[1].spec!.template;
      const create = (spec: V1Pod['spec']) =>
        core.createNamespacedPod({
          namespace: 'restricted',
          dryRun: 'All',
          body: { metadata: { name: 'pod' }, spec: spec! },
        });
      await expect.poll(() => create(template.spec).then(() => 'taken', String), { timeout: 20_000 }).toBe('taken');
      template.spec!.securityContext = {};
      await expect(create(template.spec)).rejects.toThrow('violates PodSecurity');
    });

    test('interrupted, it cancels its Job; the same command begins it again, through evictions, to the results of a sweep in one', async () => {
      const file = writeExperiment(folder, 'whole', small);
      const mounted = ['--shards', '3', '--mounted', 'volume', '--out', 'collected'];
      fate = () => 'waiting';
      const interrupted = await sweep(file, mounted, ' begun in namespace default');
      expect(interrupted.stderr).toContain('is cancelled; what its pods have finished is kept on results');
      expect(interrupted.status).toBe(130);

      let evictions = 0;
      fate = (pod) => (indexOf(pod) === 1 && evictions++ < 2 ? 'evicted' : undefined);
      const { status, stdout, stderr } = await sweep(file, [...mounted, '--backoff-limit-per-index', '0']);
      expect(stderr).toContain('3 of 3 indexes');
      expect(stdout).toContain('6 runs of 3 shards, complete; results in collected');
      expect(status).toBe(0);
      expect(evictions).toBe(3);

      execFileSync(process.execPath, [program, 'sweep', file, '--out', 'alone', '-q'], { cwd: folder });
      const [collected, alone] = ['collected', 'alone'].map((name) =>
        [...bytesIn(join(folder, name))]
          // these tell where the experiment's files lay
          .filter(([path]) => !path.endsWith('manifest.json') && path !== 'sweep.json')
          .map(([path, bytes]) => `${path} ${createHash('sha256').update(bytes).digest('hex')}`),
      );
      expect(alone!.length).toBeGreaterThan(6);
      expect(collected).toEqual(alone);
    });

    test('its ConfigMap belongs to the Job, and goes with it', async () => {
      const core = cluster.api(cluster.library.CoreV1Api);
      const [job] = await listJobs();
      const ofSweeps = { namespace: 'default', labelSelector: 'app.kubernetes.io/name=codeco-sim' };
      const { items } = await core.listNamespacedConfigMap(ofSweeps);
      expect(items.map(({ metadata }) => metadata!.ownerReferences?.[0]?.uid)).toEqual([job!.metadata!.uid]);
    });

    test('with a store in place of a claim, the results are collected from there', async () => {
      const store = await S3StandIn.start('bucket');
      try {
        const core = cluster.api(cluster.library.CoreV1Api);
        const secret = { metadata: { name: 'store' }, stringData: store.environment };
        await core.createNamespacedSecret({ namespace: 'default', body: secret });
        const file = writeExperiment(folder, 'stored', small);
        const kept = ['--store', 's3://bucket/sweeps/', '--store-secret', 'store'];
        const args = ['--shards', '2', '--out', 'from-store'];
        const { status, stdout, stderr } = await sweep(file, args, undefined, { kept, environment: store.environment });
        expect(stdout, stderr).toContain('6 runs of 2 shards, complete; results in from-store');
        expect(status).toBe(0);
        const shards = [...store.objects.keys()].filter((key) => key.endsWith('sweep.json')).toSorted();
        expect(shards).toEqual([0, 1].map((index) => `sweeps/stored/shard-${index}-of-2/sweep.json`));
      } finally {
        store.stop();
      }
    });

    test('an index whose shard ends with failed runs is not tried again, and is named; a lost one is, as often as asked', async () => {
      const file = writeExperiment(folder, 'failing', small);
      const tries = [0, 0];
      fate = (pod) => {
        const index = indexOf(pod);
        tries[index]!++;
        return index === 0 ? 3 : 137;
      };
      const { status, stderr } = await sweep(file, ['--shards', '2', '--backoff-limit-per-index', '1']);
      expect(stderr).toContain('index 0 (shard 1) failed; its log ends:');
      expect(stderr).toContain('indexes that failed: 0, 1');
      expect(status).toBe(3);
      expect(tries).toEqual([1, 2]);
      // where the results are, for people to fetch them
      expect(stderr).toContain('codeco-sim collect MOUNT/failing/shard-*-of-2 --out results/failing');
      fate = () => undefined;
    });

    test('a pod that finds no room is told of, and with --keep the Job outlives the command', async () => {
      const file = writeExperiment(folder, 'large', small);
      const { status, stderr } = await sweep(file, ['--shards', '1', '--cpu', '100', '--keep'], 'cannot start');
      expect(stderr).toMatch(/pod sweep-large-\w+-0-\w+ cannot start: no node takes it: .*Insufficient cpu/);
      expect(stderr).toContain('interrupted: the Job goes on');
      expect(status).toBe(130);
      const running = (await listJobs()).filter(({ metadata }) => metadata!.name!.startsWith('sweep-large-'));
      expect(running.map((job) => job.status?.active)).toEqual([1]);
      // the same sweep with other settings does not run beside it
      const other = await sweep(file, ['--shards', '1', '--cpu', '1']);
      expect(other.stderr).toContain('runs this sweep already, with other settings');
      expect(other.status).toBe(3);
    });
  },
);
