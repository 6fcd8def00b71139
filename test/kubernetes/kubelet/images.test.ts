import { describe, expect, test } from 'vitest';
import { run } from '../../worlds.ts';
import { edgeSite, running } from './edge-site.ts';

const S = 1e9;
/** Manifest there and back and a request, each 11 ms and 0.1 ms for 1 kB at 80 Mbit/s; then the latency of the flow. */
const BEFORE_BYTES_NS = (3 * 11.1 + 11) * 1e6;
const images = {
  layers: { debian: '40MB', one: '10MB', two: '20MB' },
  catalogue: { 'one:1': ['debian', 'one'], 'two:1': ['debian', 'two'] },
};

describe('a pod at the edge', () => {
  test('has its sandbox when its start-up time is over, then pulls its image and is ready', () => {
    const { pods } = run(edgeSite({ images, apps: [{ name: 'one', podspec: running('one:1') }] }));
    expect(pods[0]).toMatchObject({ sandboxNs: 1 * S, startedNs: pods[0]!.pulledNs, readyNs: pods[0]!.pulledNs });
    // 50 MB at 10 MB/s; the lower layer comes last, and both are unpacked at 50 MB/s after that
    expect(pods[0]!.pulledNs).toBe(1 * S + BEFORE_BYTES_NS + 5 * S + 1 * S);
  });

  test('pulls the images of its containers one after the other, init containers first, and a layer once', () => {
    const podspec = {
      initContainers: [{ name: 'init', image: 'one:1' }],
      containers: [{ name: 'server', image: 'two:1' }],
    };
    const { pods } = run(edgeSite({ images, apps: [{ name: 'both', podspec }] }));
    const oneNs = BEFORE_BYTES_NS + 5 * S + 1 * S;
    const twoNs = BEFORE_BYTES_NS + 2 * S + 0.4 * S;
    expect(pods[0]!.readyNs).toBe(1 * S + oneNs + twoNs);
  });

  test('starts at once where the node has the image, asks the registry all the same where the policy is Always', () => {
    const nodeClass = { images: ['one:1'] };
    const [present, always, latest] = [
      run(edgeSite({ images, nodeClass, apps: [{ name: 'one', podspec: running('one:1') }] })),
      run(
        edgeSite({
          images,
          nodeClass,
          apps: [{ name: 'one', podspec: running('one:1', { imagePullPolicy: 'Always' }) }],
        }),
      ),
      run(
        edgeSite({
          images: { catalogue: { one: '50MB' } },
          nodeClass: { images: ['one'] },
          apps: [{ name: 'one', podspec: running('one') }],
        }),
      ),
    ].map(({ pods }) => pods[0]!.readyNs);
    expect(present).toBe(1 * S);
    expect(always).toBe(1 * S + 22.2e6);
    expect(latest).toBe(1 * S + 22.2e6);
  });

  test('whose image no catalogue names starts as if there were no images', () => {
    const { pods } = run(edgeSite({ images, apps: [{ name: 'other', podspec: running('other:1') }] }));
    expect(pods[0]).toMatchObject({ readyNs: 1 * S, sandboxNs: undefined, pulledNs: undefined });
  });

  test('that never pulls waits until another pod has brought its image', () => {
    const never = running('one:1', { imagePullPolicy: 'Never' });
    const alone = run(edgeSite({ images, apps: [{ name: 'one', podspec: never }] }));
    expect(alone.pods[0]).toMatchObject({ phase: 'starting', waiting: 'ErrImageNeverPull', readyNs: undefined });
    const { pods } = run(
      edgeSite({
        images,
        apps: [
          { name: 'one', podspec: never },
          { name: 'pulls', at: '1m', podspec: running('one:1') },
        ],
      }),
    );
    expect(pods[0]).toMatchObject({ waiting: undefined, readyNs: pods[1]!.readyNs });
    expect(pods[1]!.readyNs).toBeGreaterThan(60 * S);
  });
});

// Source: Kubernetes, Concepts, Images, "ImagePullBackOff": 10 s, doubled up to 300 s
test('a registry that cannot be reached is asked again 10, 20, 40, 80 seconds after each failure', () => {
  const ready = (mendedAfter: string) => {
    const faults = [{ at: '0s', for: mendedAfter, cut: 'backhaul' }];
    // the node is cut off from its control plane too: it is bound and begins before that
    const { pods } = run(
      edgeSite({
        images,
        apps: [{ name: 'one', podspec: running('one:1') }],
        faults: faults.map((fault) => ({ ...fault, at: '500ms' })),
      }),
    );
    return pods[0]!.pulledNs! - BEFORE_BYTES_NS - 6 * S;
  };
  // attempts at 1, 11, 31, 71 and 151 s
  expect(ready('10s')).toBe(11 * S);
  expect(ready('10600ms')).toBe(31 * S);
  expect(ready('70s')).toBe(71 * S);
  expect(ready('71s')).toBe(151 * S);
});

test('a pod that waits for the registry says ImagePullBackOff', () => {
  const world = edgeSite({
    images,
    duration: '50s',
    apps: [{ name: 'one', podspec: running('one:1') }],
    faults: [{ at: '500ms', cut: 'backhaul' }],
  });
  const { pods } = run(world);
  expect(pods[0]).toMatchObject({
    phase: 'starting',
    waiting: 'ImagePullBackOff',
    sandboxNs: 1 * S,
    pulledNs: undefined,
  });
});

test('images survive a crash: the pod starts anew without a pull', () => {
  const { pods } = run(
    edgeSite({
      images,
      apps: [{ name: 'one', podspec: running('one:1') }],
      users: [],
      faults: [{ at: '60s', for: '10s', crash: 'edge-1' }],
    }),
  );
  expect(pods[0]).toMatchObject({ phase: 'ready', readyNs: 1 * S + BEFORE_BYTES_NS + 6 * S });
});

describe('garbage collection', () => {
  // 85 % and 80 % of 100 MiB = 104.9 MB: 89.1 MB and 83.9 MB
  const spec = {
    images: { catalogue: { 'a:1': '30MB', 'b:1': '30MB', 'c:1': '30MB', 'd:1': '30MB' } },
    nodeClass: { disk: '100Mi', images: ['a:1', 'b:1'] },
  };
  const bare = (name: string, at: string, image: string) => ({ name, at, podspec: running(image) });

  test('removes unused images at the next 5 minutes, the least recently used first, down to the lower threshold', () => {
    const world = edgeSite({
      ...spec,
      apps: [bare('c', '10s', 'c:1'), bare('again', '400s', 'a:1'), bare('there', '410s', 'b:1')],
    });
    const { pods } = run(world);
    // 90 MB at 300 s: image a goes, for it came first of those never used; b stays
    expect(pods[1]!.pulledNs! - pods[1]!.sandboxNs!).toBeGreaterThan(3 * S);
    expect(pods[2]!.pulledNs! - pods[2]!.sandboxNs!).toBe(0);
  });

  test('leaves a disk below the higher threshold alone', () => {
    const world = edgeSite({
      ...spec,
      nodeClass: { ...spec.nodeClass, disk: '102Mi' },
      apps: [bare('c', '10s', 'c:1'), bare('again', '400s', 'a:1')],
    });
    expect(run(world).pods[1]).toMatchObject({ sandboxNs: 401 * S, pulledNs: 401 * S });
  });
});
