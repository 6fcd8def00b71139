import type { Command } from 'commander';
import { group } from 'd3-array';
import { folderOfRun } from '../../experiment/index.ts';
import { explainDecision } from '../../explanation.ts';
import { readManifest, readTable, selectRows, type Manifest, type ReadRow } from '../../results/index.ts';
import { nearest } from '../../scenario/index.ts';
import { formatExplanation, type Explanation } from '../explanation.ts';
import type { Io } from '../io.ts';
import { UsageError } from '../usage-error.ts';
import { outputOption, printAs, wholeNumber } from './options.ts';

interface WhyFlags {
  readonly pod?: string;
  readonly decision?: number;
  readonly replication?: number;
  readonly output?: string;
}

/** `why RESULTS --pod NAME`: what was decided for a pod, and what each plugin said of each node. */
export function addWhyCommand(program: Command, io: Io): void {
  const command = program
    .command('why')
    .summary('explain placement decisions: what each plugin said of each node')
    .description(
      'Prints every decision on a pod: who took it, on how old a view, which node it chose from which equals, and for each\n' +
        'node the filter that refused it or its weighted score per plugin and their total. A scheduler of another kind has a\n' +
        'column of its own: what it compares nodes by, unscaled.\n\n' +
        'Examples:\n  codeco-sim why results/first-steps --pod guestbook-frontend-0\n' +
        '  codeco-sim why results/first-steps --decision 3 -o json',
    )
    .argument('<results>', 'results folder, or FOLDER#NUMBER of a cell of a sweep')
    .option('--replication <n>', 'which run of a cell, from 0 (default: the first)', wholeNumber('--replication'))
    .option('--pod <name>', 'the pod, as the table pods names it')
    .option(
      '--decision <n>',
      'only the decision of this number, as the table decisions numbers them',
      wholeNumber('--decision'),
    );
  outputOption(command);
  command.action(async (reference: string, flags: WhyFlags) => {
    const folder = await folderOfRun(reference, flags.replication);
    const manifest = readManifest(folder);
    const decisions = await findDecisions(folder, manifest, flags);
    const numbers = new Set(decisions.map(({ decision }) => decision));
    const verdicts = group(
      await selectRows(folder, 'verdicts', 'decision', numbers, manifest),
      ({ decision }) => decision,
    );
    const explanations = decisions.map((row) => explainDecision(row, verdicts.get(row.decision) ?? []));
    if (flags.output === undefined) io.out(explanations.map(formatExplanation).join('\n'));
    else {
      const value = {
        apiVersion: 'codeco-sim/v1',
        kind: 'DecisionExplanations',
        results: folder,
        decisions: explanations,
      };
      printAs(io, flags.output, value, () => explanations.flatMap(explanationRows));
    }
  });
}

/** One row a node of a decision; where no verdicts were recorded, one a decision. */
function explanationRows({ nodes, tie_set: ties, ...decision }: Explanation): Record<string, unknown>[] {
  const common = { ...decision, tie_set: ties.join(' ') };
  if (nodes === null || nodes.length === 0) return [common];
  return nodes.map(({ node, verdict, refusedBy, reason, scores, total }) => ({
    ...common,
    judged_node: node,
    verdict,
    refused_by: refusedBy,
    reason,
    total,
    ...Object.fromEntries(Object.entries(scores).map(([plugin, { weighted }]) => [`weighted ${plugin}`, weighted])),
  }));
}

async function findDecisions(
  folder: string,
  manifest: Manifest,
  { pod, decision }: WhyFlags,
): Promise<ReadRow<'decisions'>[]> {
  if (pod === undefined) {
    if (decision === undefined) throw new UsageError('say which decisions: --pod NAME, or --decision N');
    const found = await selectRows(folder, 'decisions', 'decision', new Set([decision]), manifest);
    if (found.length > 0) return found;
    const count = manifest.tables['decisions']!.rows;
    throw new UsageError(
      `there is no decision ${decision} in ${folder}: ${count === 0 ? 'nothing was decided' : `they go from 0 to ${count - 1}`}`,
    );
  }
  const found = await selectRows(folder, 'decisions', 'pod', new Set([pod]), manifest);
  if (found.length === 0) throw new UsageError(await describeMissingPod(folder, pod));
  if (decision === undefined) return found;
  const one = found.filter((row) => row.decision === decision);
  if (one.length > 0) return one;
  const numbers = found.map((row) => row.decision).join(', ');
  throw new UsageError(`decision ${decision} was not on pod ${pod}: its decisions are ${numbers}`);
}

async function describeMissingPod(folder: string, pod: string): Promise<string> {
  const names = [...((await readTable(folder, 'pods')).getChild('pod') ?? [])] as string[];
  if (names.includes(pod)) return `nothing was decided on pod ${pod} in ${folder}`;
  const meant = nearest(pod, names);
  if (meant !== undefined) return `there is no pod ${pod} in ${folder}: did you mean ${meant}?`;
  if (names.length === 0) return `there is no pod ${pod} in ${folder}: it has none at all`;
  const some = names.slice(0, 3).join(', ');
  return `there is no pod ${pod} in ${folder}: it has ${names.length}, such as ${some}`;
}
