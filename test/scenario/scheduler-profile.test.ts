import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatProblem, InputError, loadScenario, scenarioFromObject } from '../../src/scenario/index.ts';
import { simulate } from '../../src/simulate.ts';

const folder = mkdtempSync(join(tmpdir(), 'codeco-sim-profile-'));
const scenario = join(folder, 'scenario.yaml');
beforeAll(() => writeFileSync(scenario, readFileSync(join(import.meta.dirname, 'files', 'base.yaml'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HEAD = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n';
const set = ['orchestration.schedulerConfig=scheduler.yaml'];

function load(text: string, more: readonly string[] = []) {
  writeFileSync(join(folder, 'scheduler.yaml'), text);
  const { world, warnings, hash, files } = loadScenario(scenario, { set: [...set, ...more] });
  const told = warnings.map(formatProblem).filter((warning) => warning.includes('effect'));
  return { profile: world.orchestration.schedulerProfile, told, hash, files };
}

/** What is wrong with a profile, without the folder. */
function problems(text: string): string {
  try {
    load(text);
  } catch (error) {
    if (error instanceof InputError) return error.message.replaceAll(`${folder}/`, '');
    throw error;
  }
  return 'nothing';
}

test('the first profile is read as published, and is part of what a run depends on', () => {
  const weight = (number: number) =>
    `${HEAD}percentageOfNodesToScore: 40\nprofiles:\n- schedulerName: default-scheduler\n  plugins:\n    score:\n` +
    `      disabled: [{ name: '*' }]\n      enabled: [{ name: NodeResourcesFit, weight: ${number} }]\n`;
  const { profile, told, hash, files } = load(weight(3));
  expect(profile).toEqual({
    percentageOfNodesToScore: 40,
    schedulerName: 'default-scheduler',
    plugins: { score: { disabled: [{ name: '*' }], enabled: [{ name: 'NodeResourcesFit', weight: 3 }] } },
  });
  expect(told).toEqual([]);
  expect(files).toHaveLength(2);
  expect(load(weight(3)).hash).toBe(hash);
  expect(load(weight(4)).hash).not.toBe(hash);
  expect(loadScenario(scenario).world.orchestration).not.toHaveProperty('schedulerProfile');
});

test('a configuration without profiles is the default one', () => {
  expect(load(HEAD).profile).toEqual({});
});

test('what has no effect is told in one warning', () => {
  const { told } = load(`${HEAD}leaderElection: { leaderElect: true }
profiles:
- plugins:
    bind: { disabled: [{ name: '*' }] }
    preScore: { disabled: [{ name: '*' }] }
    multiPoint: { disabled: [{ name: VolumeBinding }, { name: ImageLocality }] }
  pluginConfig:
  - name: DefaultPreemption
    args: { apiVersion: kubescheduler.config.k8s.io/v1, kind: DefaultPreemptionArgs, minCandidateNodesAbsolute: 5 }
- schedulerName: another
`);
  expect(told).toHaveLength(1);
  expect(told[0]).toContain('scheduler.yaml:2:7');
  expect(told[0]).toContain(
    'without effect here: leaderElection, profiles[0].plugins.bind, ' +
      'profiles[0].plugins.multiPoint.disabled[0] (VolumeBinding), ' +
      'profiles[0].pluginConfig[0].args.minCandidateNodesAbsolute, profiles[1]',
  );
  const baseline = load(HEAD, ['orchestration.scheduler=random']);
  expect(baseline.told[0]).toContain('without effect on the scheduler random');
});

const plugins = (text: string): string => `${HEAD}profiles:\n- plugins:\n    ${text}\n`;
const config = (text: string): string => `${HEAD}profiles:\n- pluginConfig:\n  - ${text}\n`;

test.each([
  [
    plugins('score: { enabled: [{ name: NodeResourceFit }] }'),
    ['scheduler.yaml:5:32  profiles[0].plugins.score.enabled[0].name', 'did you mean NodeResourcesFit?'],
  ],
  [plugins('scores: {}'), ['unknown field "scores"', 'did you mean score?']],
  [plugins('filter: { disabled: [{ name: TaintTolerations }] }'), ['did you mean TaintToleration?']],
  [plugins('score: { enabled: [{ name: NodePorts }] }'), ['NodePorts does not extend score', 'ImageLocality']],
  [
    plugins('multiPoint: { enabled: [{ name: NodePorts }, { name: NodePorts }] }'),
    ['multiPoint.enabled[1].name', 'NodePorts is enabled twice'],
  ],
  [plugins('score: { enabled: [{ name: ImageLocality, weight: -1 }] }'), ['enabled[0].weight', 'a whole number']],
  [config('{ name: NodeResourceFit, args: {} }'), ['pluginConfig[0].name', 'did you mean NodeResourcesFit?']],
  [
    config('{ name: InterPodAffinity, args: { hardPodAffinityWeight: 101 } }'),
    ['pluginConfig[0].args.hardPodAffinityWeight', 'at most 100'],
  ],
  [config('{ name: InterPodAffinity, args: { hardPodAfinityWeight: 1 } }'), ['did you mean hardPodAffinityWeight?']],
  [
    config('{ name: InterPodAffinity }\n  - { name: InterPodAffinity }'),
    ['pluginConfig[1].name', 'InterPodAffinity is set twice'],
  ],
  [
    config('{ name: NodeResourcesFit, args: { scoringStrategy: { type: LeastAlocated } } }'),
    ['scoringStrategy.type', 'did you mean LeastAllocated?'],
  ],
  [
    config('{ name: NodeResourcesFit, args: { scoringStrategy: { type: RequestedToCapacityRatio } } }'),
    ['no shape for it', 'requestedToCapacityRatio'],
  ],
  [
    config(
      '{ name: NodeResourcesFit, args: { scoringStrategy: { type: RequestedToCapacityRatio, requestedToCapacityRatio: ' +
        '{ shape: [{ utilization: 50, score: 0 }, { utilization: 50, score: 9 }] } } } }',
    ),
    ['shape[1].utilization', '50, which does not ascend', 'more than 50'],
  ],
  [
    config(
      '{ name: PodTopologySpread, args: { defaultConstraints: ' +
        '[{ maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway }] } }',
    ),
    ['args.defaultConstraints', 'defaultingType: List'],
  ],
  [
    config(
      '{ name: NodeAffinity, args: { addedAffinity: { requiredDuringSchedulingIgnoredDuringExecution: ' +
        '{ nodeSelectorTerms: [{ matchFields: [{ key: metadata.uid, operator: In, values: [x] }] }] } } } }',
    ),
    ['nodeSelectorTerms[0].matchFields[0]', '"metadata.uid" In of 1 values', 'metadata.name'],
  ],
  [`${HEAD}percentageOfNodesToScore: 101\n`, ['percentageOfNodesToScore', 'at most 100']],
  [`${HEAD}parallelismm: 3\n`, ['did you mean parallelism?']],
  [HEAD.replace('/v1', '/v1beta2'), ['apiVersion', 'kubescheduler.config.k8s.io/v1beta2']],
  [HEAD.replace('Configuration', 'Config'), ['schedulerConfig', 'a file of kind "KubeSchedulerConfig"']],
  [`${HEAD}---\n${HEAD}`, ['a file of 2 documents', 'one document of kind KubeSchedulerConfiguration']],
  ['', ['a file of 0 documents']],
  ['profiles: [', ['scheduler.yaml:']],
])('%j is refused, at its place and with what was expected', (text, expected) => {
  const told = problems(text);
  for (const part of expected) expect(told).toContain(part);
});

test('a file that is not there, and a scenario that is in no file', () => {
  const missing = () => loadScenario(scenario, { set: ['orchestration.schedulerConfig=schedular.yaml'] });
  load(HEAD);
  expect(missing).toThrow('did you mean scheduler.yaml?');
  const outside = () => loadScenario(scenario, { set: ['orchestration.schedulerConfig=../scheduler.yaml'] });
  expect(outside).toThrow("outside the scenario's folder");
  const plain = {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'plain' },
    spec: {
      duration: '1s',
      infrastructure: {
        nodeClasses: { n: { cpu: 1, memory: '1Gi' } },
        clusters: [{ name: 'c', nodes: [{ class: 'n' }] }],
      },
      orchestration: { schedulerConfig: 'scheduler.yaml' },
    },
  };
  expect(() => scenarioFromObject(plain)).toThrow('a scenario in a file: this one is in none');
});

test('it changes where pods go: packing by MostAllocated takes fewer nodes than the default', () => {
  const shipped = join(import.meta.dirname, '../../scenarios');
  const nodes = (...more: string[]) =>
    new Set(
      simulate(join(shipped, 'riverside-district.yaml'), {
        set: ['duration=10s', 'warmup=0s', 'faults=[]', ...more],
        allow: [folder],
      }).placement.map(({ node }) => node),
    ).size;
  writeFileSync(
    join(folder, 'packing.yaml'),
    `${HEAD}profiles:
- plugins:
    multiPoint: { disabled: [{ name: PodTopologySpread }, { name: NodeResourcesBalancedAllocation }] }
  pluginConfig:
  - name: NodeResourcesFit
    args: { scoringStrategy: { type: MostAllocated } }
`,
  );
  expect(nodes(`orchestration.schedulerConfig=${join(folder, 'packing.yaml')}`)).toBeLessThan(nodes());
});
