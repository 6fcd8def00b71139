import { MAX_TIME_NS } from '../../kernel/index.ts';
import { InputError } from '../problem.ts';
import type { ImportOptions, Importer } from './importer.ts';
import type { ImportedFile } from './imported-file.ts';
import { scenarioHead } from './scenario-head.ts';
import { demandUnique, numberIn, readTable, type TableRow } from './table.ts';
import { inline, listing, NameMaker } from './yaml-text.ts';

/** Thousandths of a GPU, as pods of the trace share them: the name of Alibaba's own scheduler for it. */
const GPU_RESOURCE = 'alibabacloud.com/gpu-milli';
const GPU_MODEL_LABEL = 'alibabacloud.com/gpu-card-model';
const MOST_SECONDS = 1e9;

/**
 * Nodes and pods of a production GPU cluster. Source: Alibaba cluster-trace-gpu-v2023 (openb_node_list_*.csv,
 * openb_pod_list_*.csv), and its README for units.
 */
export const openb: Importer = {
  description: "Nodes and pods of Alibaba's GPU cluster trace of 2023 (openb, CSV).",
  files: ['node_list.csv', 'pod_list.csv'],
  draft(files, options) {
    const [nodesFile, podsFile] = files as [ImportedFile, ImportedFile];
    const { classes, nodes } = readNodes(nodesFile);
    const { pods, never, lastS } = readPods(podsFile);
    nodesFile.problems.throwIfAny();
    podsFile.problems.throwIfAny();
    const divisor = divisorFor(lastS, options);
    const seconds = (s: number): string => secondsText(Math.round((s * 1e9) / divisor));
    const duration = `${Math.ceil(lastS / divisor) + 1}s`;
    const scaled =
      divisor === 1
        ? []
        : [
            `all times are divided by ${divisor}: the trace spans ${(lastS / 86_400).toFixed(1)} days, and a run 104 at most`,
          ];
    const notes = [
      `read ${nodes.length} nodes of ${classes.length} kinds and ${pods.length} pods`,
      'cpu_milli: millicores; memory_mib: MiB; times: seconds',
      `GPUs: thousandths, as the extended resource ${GPU_RESOURCE} (num_gpu times gpu_milli); on which card of a node a share lies is left out`,
      'a pod runs from its start for as long as the trace has it between scheduled_time and deletion_time',
      ...(never > 0 ? [`${never} pods were never scheduled there: they run for as long as they waited`] : []),
      'left out: pod_phase; qos is a label of the pods',
      ...scaled,
    ];
    const table = pods.map(({ name, arrivalS, durationS, cpu, memory, gpuMilli, models, qos }) =>
      [name, seconds(arrivalS), seconds(durationS), `${cpu}m`, `${memory}Mi`, gpuMilli || '', models, qos].join(','),
    );
    const text = `${scenarioHead(nodesFile, options, notes, duration)}
  infrastructure:
    nodeClasses:
${classes.map(([name, nodeClass]) => `      ${name}: ${inline(nodeClass)}`).join('\n')}
    clusters:
      - name: openb
        nodes:
${listing(nodes, 10)}

  apps:
    - name: openb
      pods: |
        name,arrival_s,duration_s,cpu,memory,${GPU_RESOURCE},node:${GPU_MODEL_LABEL},label:qos
${table.map((line) => `        ${line}`).join('\n')}

  orchestration:
    podStartup: 0s   # the trace's times hold it already

  results:
    sampleInterval: ${Math.ceil(lastS / divisor / 50)}s
    verdicts: false
`;
    return { text, notes };
  },
};

type NodeClass = Readonly<Record<string, unknown>>;

function readNodes(file: ImportedFile): { classes: [string, NodeClass][]; nodes: { class: string; name: string }[] } {
  const { rows } = readTable(file, ['name', 'cpu_milli', 'memory_mib', 'gpu', 'gpu_model']);
  demandUnique(file, rows, 'name');
  const classes = new Map<string, [string, NodeClass]>();
  const classNames = new NameMaker('node');
  const nodeNames = new NameMaker('node');
  const nodes = rows.map((row) => {
    const cpu = numberIn(file, row, 'cpu_milli', { least: 1, most: 1e9, whole: true, unit: 'millicores' });
    const memory = numberIn(file, row, 'memory_mib', { least: 1, most: 1e9, whole: true, unit: 'MiB' });
    const gpu = numberIn(file, row, 'gpu', { least: 0, most: 1e6, whole: true, unit: 'GPUs' });
    const model = row.field('gpu_model');
    const key = JSON.stringify([cpu, memory, gpu, model]);
    let nodeClass = classes.get(key);
    if (nodeClass === undefined) {
      const fields = {
        cpu: `${cpu}m`,
        memory: `${memory}Mi`,
        pods: 1000,
        ...(gpu === 0
          ? {}
          : { labels: { [GPU_MODEL_LABEL]: model }, resources: { [GPU_RESOURCE]: (gpu ?? 0) * 1000 } }),
      };
      nodeClass = [classNames.make(gpu === 0 ? 'cpu' : `${model}-x${gpu}`), fields];
      classes.set(key, nodeClass);
    }
    return { class: nodeClass[0], name: nodeNames.make(row.field('name')) };
  });
  return { classes: [...classes.values()], nodes };
}

interface Pod {
  readonly name: string;
  readonly arrivalS: number;
  readonly durationS: number;
  readonly cpu: number;
  readonly memory: number;
  readonly gpuMilli: number;
  readonly models: string;
  readonly qos: string;
}

function readPods(file: ImportedFile): { pods: Pod[]; never: number; lastS: number } {
  const columns = [
    'name',
    'cpu_milli',
    'memory_mib',
    'num_gpu',
    'gpu_milli',
    'gpu_spec',
    'qos',
    'creation_time',
    'deletion_time',
    'scheduled_time',
  ];
  const { rows } = readTable(file, columns);
  demandUnique(file, rows, 'name');
  const names = new NameMaker('pod');
  let never = 0;
  let lastS = 0;
  const pods = rows.flatMap((row): Pod[] => {
    const read = (column: string, most: number, unit: string) =>
      numberIn(file, row, column, { least: 0, most, whole: true, unit });
    const time = (column: string) => numberIn(file, row, column, { least: 0, most: MOST_SECONDS, unit: 'seconds' });
    const [cpu, memory] = [read('cpu_milli', 1e9, 'millicores'), read('memory_mib', 1e9, 'MiB')];
    const [gpus, share] = [read('num_gpu', 1e6, 'GPUs'), read('gpu_milli', 1000, 'thousandths of a GPU')];
    const [created, deleted] = [time('creation_time'), time('deletion_time')];
    const isScheduled = row.field('scheduled_time') !== '';
    const started = isScheduled ? time('scheduled_time') : created;
    if (cpu === undefined || memory === undefined || gpus === undefined || share === undefined) return [];
    if (created === undefined || deleted === undefined || started === undefined) return [];
    if (deleted < started || started < created) {
      reportOrder(file, row);
      return [];
    }
    if (!isScheduled) never++;
    lastS = Math.max(lastS, deleted);
    return [
      {
        name: names.make(row.field('name')),
        arrivalS: created,
        durationS: deleted - started,
        cpu,
        memory,
        gpuMilli: gpus * share,
        models: row.field('gpu_spec'),
        qos: row.field('qos').replace(/[^-_.A-Za-z0-9]/g, ''),
      },
    ];
  });
  return { pods, never, lastS };
}

function reportOrder(file: ImportedFile, row: TableRow): void {
  file.report(row.line, 'times that run backwards', 'creation_time, then scheduled_time, then deletion_time');
}

/** Own choice where it is not stated: the smallest whole number that makes the trace fit into a run. */
function divisorFor(lastS: number, { timesDividedBy }: ImportOptions): number {
  const most = Math.floor(MAX_TIME_NS / 1e9) - 2;
  const divisor = timesDividedBy ?? Math.max(1, Math.ceil(lastS / most));
  if (lastS / divisor <= most) return divisor;
  throw new InputError([
    {
      found: `times of up to ${lastS} s divided by ${divisor}`,
      expected: `at most ${most} s, by --divide-times ${Math.ceil(lastS / most)} or more`,
    },
  ]);
}

/** Whole ns as seconds, exact. */
function secondsText(ns: number): string {
  const rest = ns % 1e9;
  const whole = (ns - rest) / 1e9;
  return rest === 0 ? String(whole) : `${whole}.${String(rest).padStart(9, '0').replace(/0+$/, '')}`;
}
