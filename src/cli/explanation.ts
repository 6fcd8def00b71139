import { verdictTable, type Explanation as ExplanationOf } from '../explanation.ts';
import { formatDuration } from '../format.ts';
import type { ReadRow } from '../results/index.ts';
import { formatTable } from './table.ts';

/** What `why` knows of a decision. */
export type Explanation = ExplanationOf<ReadRow<'decisions'>>;

const UNTOLD = 'a real scheduler does not tell';

/** A decision as text: what it was, as `kubectl describe` would say it, then a row a node. */
export function formatExplanation(explanation: Explanation): string {
  const { tie_set: ties, value, message } = explanation;
  const facts: (readonly [string, string])[] = [
    ['Decision', String(explanation.decision)],
    ['Pod', `${explanation.pod} of ${explanation.app}, attempt ${explanation.attempt}`],
    ['Time', `${formatDuration(explanation.time_ns)} (${explanation.time_ns} ns)`],
    ['Scheduler', explanation.scheduler],
    ['View age', explanation.view_age_ns === null ? UNTOLD : formatDuration(explanation.view_age_ns)],
    [
      'Nodes',
      explanation.considered_nodes === null
        ? UNTOLD
        : `${explanation.considered_nodes} examined, ${explanation.feasible_nodes} feasible`,
    ],
    ['Choice', explanation.node ?? 'none'],
  ];
  if (explanation.trigger !== null)
    facts.push(['Trigger', `${explanation.trigger}: it takes the place of a pod that moves`]);
  if (ties.length > 1) facts.push(['Tie set', `${ties.join(', ')}: drawn from ${ties.length}`]);
  else if (ties.length === 1) facts.push(['Tie set', `${ties[0]} alone`]);
  if (value !== null) facts.push(['Value', String(value)]);
  if (message !== null) facts.push(['Message', message]);
  if (explanation.nominated_node !== null)
    facts.push(['Nominated', `${explanation.nominated_node}: pods are evicted there for it`]);
  const width = Math.max(...facts.map(([name]) => name.length)) + 3;
  const head = facts.map(([name, text]) => `${`${name}:`.padEnd(width)}${text}\n`).join('');
  return `${head}\n${formatNodes(explanation)}`;
}

function formatNodes({ nodes, scheduler }: Explanation): string {
  if (nodes === null) {
    return (
      'What each plugin said of each node was not recorded.\n' +
      'To have it, run the scenario again with --set results.verdicts=true\n'
    );
  }
  if (nodes.length === 0) return 'No node was examined.\n';
  const { head, rows } = verdictTable(nodes, scheduler);
  return formatTable(head, rows);
}
