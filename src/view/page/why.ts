import { explainDecision, verdictTable, type VerdictFacts } from '../../explanation.ts';
import { formatDuration, significant } from '../../format.ts';
import { firstAbove, nameAt, type TableColumns } from '../replay/columns.ts';
import type { Replay } from '../replay/replay.ts';
import { element, factList } from './element.ts';
import { loadTable } from './load.ts';
import { clockOf } from './player.ts';

/** Rows of a table of verdicts on the page. */
const MOST_ROWS = 100;

let verdicts: Promise<TableColumns> | undefined;

/** The decisions on a pod: who took them, on what, and what was said of each node. */
export function decisionsOn(pod: string, replay: Replay): HTMLElement[] {
  const { decisions, scene } = replay;
  if (decisions === undefined) return [element('p', { class: 'quiet' }, 'The run kept no decisions.')];
  const pods = decisions.names('pod');
  const code = pods.names.indexOf(pod);
  const rows = [...pods.codes.keys()].filter((row) => code >= 0 && pods.codes[row] === code);
  if (rows.length === 0) return [element('p', { class: 'quiet' }, 'Nothing was decided on it.')];
  const texts = { ties: decisions.texts('tie_set'), messages: decisions.texts('message') };
  return rows.map((row) => decisionBox(row, decisions, texts, scene.durationNs, replay));
}

function decisionBox(
  row: number,
  decisions: TableColumns,
  { ties, messages }: { readonly ties: readonly (string | null)[]; readonly messages: readonly (string | null)[] },
  durationNs: number,
  replay: Replay,
): HTMLElement {
  const number = (column: string): number => decisions.numbers(column)[row]!;
  const node = nameAt(decisions.names('node'), row);
  const scheduler = nameAt(decisions.names('scheduler'), row)!;
  const equals = (ties[row] ?? '').split(',').filter((name) => name !== '');
  const trigger = nameAt(decisions.names('trigger'), row);
  const value = number('value');
  const considered = number('considered_nodes');
  const viewAgeNs = number('view_age_ns');
  const facts: [string, string][] = [
    ['At', clockOf(number('time_ns'), durationNs)],
    ['By', `${scheduler}, attempt ${number('attempt')}`],
    ['Choice', node ?? 'none'],
    // a real scheduler does not tell these two
    ...(Number.isNaN(considered)
      ? []
      : [['Nodes', `${number('feasible_nodes')} of ${considered} fit`] as [string, string]]),
    ...(Number.isNaN(viewAgeNs) ? [] : [['View', `at most ${formatDuration(viewAgeNs)} old`] as [string, string]]),
    ...(Number.isNaN(value) ? [] : [['Value', significant(value)] as [string, string]]),
    ...(equals.length > 1
      ? [['Equals', `drawn from ${equals.length}: ${equals.slice(0, 6).join(', ')}`] as [string, string]]
      : []),
    ...(trigger === undefined ? [] : [['Trigger', trigger] as [string, string]]),
    ...(messages[row] === null ? [] : [['Message', messages[row]!] as [string, string]]),
  ];
  const box = element('div', {}, element('h3', {}, `Decision ${number('decision')}`), factList(facts));
  const rest = element('div', {}, element('p', { class: 'quiet' }, 'Reading what was said of each node …'));
  box.append(rest);
  const decision = {
    scheduler,
    node: node ?? null,
    tie_set: ties[row] ?? '',
    considered_nodes: Number.isNaN(considered) ? null : considered,
  };
  verdictsOf(number('decision'), replay)
    .then((rows) => rest.replaceChildren(rows === undefined ? notThere(replay) : nodeTable(decision, rows)))
    .catch((error: unknown) => rest.replaceChildren(element('p', {}, String(error))));
  return box;
}

function notThere({ scene }: Replay): HTMLElement {
  const isKept = scene.tables['verdicts'] === undefined && scene.remarks.some((remark) => remark.includes('verdicts'));
  return element(
    'p',
    { class: 'quiet' },
    isKept
      ? 'What was said of each node is too long for a page: codeco-sim why tells it.'
      : 'What was said of each node was not recorded.',
  );
}

function nodeTable(decision: Parameters<typeof explainDecision>[0], rows: readonly VerdictFacts[]): HTMLElement {
  const { nodes } = explainDecision(decision, rows);
  if (nodes === null) return element('p', { class: 'quiet' }, 'What was said of each node was not recorded.');
  if (nodes.length === 0) return element('p', { class: 'quiet' }, 'No node was examined.');
  const { head, rows: cells } = verdictTable(nodes, decision.scheduler);
  const table = element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...head.map((name) => element('th', { scope: 'col' }, name)))),
    element(
      'tbody',
      {},
      ...cells
        .slice(0, MOST_ROWS)
        .map((row, i) =>
          element(
            'tr',
            nodes[i]!.verdict === 'chosen' ? { class: 'chosen' } : {},
            ...row.map((cell) => element('td', {}, String(cell))),
          ),
        ),
    ),
  );
  const more = cells.length - MOST_ROWS;
  return element(
    'div',
    {},
    element(
      'div',
      { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'what was said of each node' },
      table,
    ),
    more > 0 ? element('p', { class: 'quiet' }, `… and ${more} more nodes`) : undefined,
  );
}

/** The verdicts of a decision: the table is read when the first is asked for. Undefined where it is not there. */
async function verdictsOf(decision: number, { scene }: Replay): Promise<VerdictFacts[] | undefined> {
  const file = scene.tables['verdicts']?.file;
  if (file === undefined) return undefined;
  const table = await (verdicts ??= loadTable(file));
  const numbers = table.numbers('decision');
  const [first, end] = [firstAbove(numbers, decision - 1), firstAbove(numbers, decision)];
  const [node, plugin, verdict, reason] = (['node', 'plugin', 'verdict', 'reason'] as const).map((name) =>
    table.names(name),
  );
  const [raw, normalized, weight, weighted] = (
    ['raw_score', 'normalized_score', 'weight', 'weighted_score'] as const
  ).map((name) => table.numbers(name));
  return Array.from({ length: end - first }, (_, i) => {
    const row = first + i;
    return {
      node: nameAt(node!, row)!,
      plugin: nameAt(plugin!, row)!,
      verdict: nameAt(verdict!, row)!,
      reason: nameAt(reason!, row) ?? null,
      raw_score: raw![row]!,
      normalized_score: normalized![row]!,
      weight: weight![row]!,
      weighted_score: weighted![row]!,
    };
  });
}
