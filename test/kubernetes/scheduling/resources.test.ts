import { expect, test } from 'vitest';
import { podRequests, readResources } from '../../../src/kubernetes/scheduling/index.ts';
import type { Container, PodSpec } from '../../../src/model/index.ts';

const MIB = 1024 * 1024;
const container = (requests: Record<string, string>, more: Partial<Container> = {}): Container => ({
  name: 'c',
  resources: { requests },
  ...more,
});

test.each<[string, PodSpec, number, number]>([
  [
    'containers add up',
    { containers: [container({ cpu: '500m', memory: '100' }), container({ cpu: '1', memory: '50' })] },
    1500,
    150,
  ],
  [
    'a larger init container counts instead, per resource (example of fit.go `computePodResourceRequest`)',
    {
      initContainers: [container({ cpu: '2', memory: '1G' }), container({ cpu: '2', memory: '3G' })],
      containers: [container({ cpu: '2', memory: '1G' }), container({ cpu: '1', memory: '1G' })],
    },
    3000,
    3e9,
  ],
  [
    'sidecars add to containers, and to the init containers after them (KEP-753)',
    {
      initContainers: [
        container({ cpu: '1' }, { restartPolicy: 'Always' }),
        container({ cpu: '5' }),
        container({ cpu: '1' }, { restartPolicy: 'Always' }),
      ],
      containers: [container({ cpu: '2' })],
    },
    6000,
    0,
  ],
  [
    'overhead is added last',
    { containers: [container({ cpu: '100m' })], overhead: { cpu: '50m', memory: '8' } },
    150,
    8,
  ],
  [
    'requests default to limits',
    { containers: [{ name: 'c', resources: { limits: { cpu: '700m' }, requests: { memory: '9' } } }] },
    700,
    9,
  ],
  [
    'pod-level requests replace the sum of the containers',
    { containers: [container({ cpu: '1', memory: '5' })], resources: { requests: { cpu: '3' } } },
    3000,
    5,
  ],
  [
    'pod-level limits stand in where nothing is requested',
    { containers: [container({})], resources: { limits: { cpu: '4' } } },
    4000,
    0,
  ],
  [
    'fractions of a millicore are added before they are rounded up',
    { containers: [container({ cpu: '400u' }), container({ cpu: '400u' })] },
    1,
    0,
  ],
])('%s', (_name, spec, cpu, memory) => {
  const { declared } = podRequests(spec);
  expect([declared.cpuMillicores, declared.memoryBytes]).toEqual([cpu, memory]);
});

test('scores take 100m and 200 MiB for each container that states nothing, and for it alone', () => {
  const requests = podRequests({
    containers: [container({}), container({ cpu: '1' }), container({ cpu: '0', memory: '0' })],
  });
  expect(requests.declared.cpuMillicores).toBe(1000);
  expect(requests.declared.memoryBytes).toBe(0);
  expect(requests.nonZeroCpuMillicores).toBe(1100);
  expect(requests.nonZeroMemoryBytes).toBe(400 * MIB);
  expect(requests.scored.cpuMillicores).toBe(1100);
});

test('with pod-level requests only a resource that nobody states gets a default in the node’s account', () => {
  const spec: PodSpec = {
    containers: [container({ cpu: '1' }), container({})],
    resources: { requests: { memory: '7' } },
  };
  const requests = podRequests(spec);
  expect([requests.nonZeroCpuMillicores, requests.nonZeroMemoryBytes]).toEqual([1000, 7]);
  expect(requests.scored.cpuMillicores).toBe(1100);
});

test('extended resources and huge pages are counted by name, unknown native names are not', () => {
  const { scalars } = readResources({
    'nvidia.com/gpu': '2',
    'hugepages-2Mi': '4Mi',
    gpu: '1',
    cpu: '1',
    'requests.x/y': '1',
  });
  expect(Object.fromEntries(scalars)).toEqual({ 'nvidia.com/gpu': 2, 'hugepages-2Mi': 4 * MIB });
});

test('a quantity that cannot be read is refused with its text', () => {
  expect(() => podRequests({ containers: [container({ cpu: 'much' })] })).toThrow(
    '"much" is not a Kubernetes quantity',
  );
});

test('the fit score does not read pod-level requests (recorded of kube-scheduler 1.36.3: 92 on a node of 7 CPUs and 7 GiB)', () => {
  const spec = {
    resources: { requests: { cpu: '3', memory: '6Gi' } },
    containers: [{ name: 'c', resources: { requests: { memory: '896Mi' } } }],
  };
  const { declared, scored } = podRequests(spec);
  expect([declared.cpuMillicores, declared.memoryBytes]).toEqual([3000, 6 * 1024 ** 3]);
  // (100 × 6900 / 7000 + 100 × 6272 / 7168) / 2, each rounded down
  expect([scored.cpuMillicores, scored.memoryBytes]).toEqual([100, 896 * 1024 ** 2]);
});
