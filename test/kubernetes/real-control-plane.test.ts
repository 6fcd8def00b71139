import { expect, test } from 'vitest';
import { connectCluster } from '../../src/kubernetes-client/index.ts';
import { startControlPlane, whyNoControlPlane } from './real-control-plane.ts';

const why = whyNoControlPlane(['kube-scheduler', 'kube-controller-manager']);

test.skipIf(why !== undefined)(
  `real components on loopback: a Job's Pod is made by the controllers and placed by the scheduler (${why ?? 'run'})`,
  async () => {
    const plane = await startControlPlane({ scheduler: true, controllerManager: true });
    try {
      const cluster = await connectCluster({ kubeconfig: plane.kubeconfig, needs: [] });
      const core = cluster.api(cluster.library.CoreV1Api);
      const batch = cluster.api(cluster.library.BatchV1Api);
      await core.createNode({
        body: { metadata: { name: 'node-1' }, spec: {} },
      });
      await core.patchNodeStatus(
        {
          name: 'node-1',
          body: {
            status: {
              allocatable: { cpu: '4', memory: '8Gi', pods: '10' },
              capacity: { cpu: '4', memory: '8Gi', pods: '10' },
              conditions: [{ type: 'Ready', status: 'True' }],
            },
          },
        },
        cluster.library.setHeaderOptions('Content-Type', cluster.library.PatchStrategy.MergePatch),
      );
      const template = {
        spec: {
          restartPolicy: 'Never',
          // the controllers taint a node that no kubelet speaks for
          tolerations: [{ operator: 'Exists' }],
          containers: [{ name: 'main', image: 'example.org/main' }],
        },
      };
      await batch.createNamespacedJob({
        namespace: 'default',
        body: { metadata: { name: 'job-1' }, spec: { template } },
      });
      await expect
        .poll(
          async () => {
            const { items } = await core.listNamespacedPod({ namespace: 'default', labelSelector: 'job-name=job-1' });
            return items.map(({ spec }) => spec?.nodeName);
          },
          { timeout: 60_000, interval: 200 },
        )
        .toEqual(['node-1']);
    } finally {
      await plane.stop();
    }
  },
);
