/** What of a row of the table `decisions` an explanation needs. */
interface DecisionFacts {
  readonly scheduler: string;
  readonly considered_nodes: number | null;
  readonly node: string | null;
  readonly tie_set: string;
}

/** A row of the table `verdicts`. */
export interface VerdictFacts {
  readonly node: string;
  readonly plugin: string;
  readonly verdict: string;
  readonly reason: string | null;
  readonly raw_score: number | null;
  readonly normalized_score: number | null;
  readonly weight: number | null;
  readonly weighted_score: number | null;
}

/** What one plugin made of one node. */
export interface PluginScore {
  /** In the plugin's own unit. May be Infinity, which JSON writes as null. */
  readonly raw: number;
  readonly normalized: number;
  readonly weight: number;
  readonly weighted: number;
}

/** What a decision said of one node. */
export interface NodeVerdict {
  readonly node: string;
  /** `tied`: as good as the chosen one; `feasible`: passed every filter, and was not the best. */
  readonly verdict: 'chosen' | 'tied' | 'feasible' | 'refused';
  /** The filter that refused it, and why. */
  readonly refusedBy: string | null;
  readonly reason: string | null;
  /** By plugin. Those of an algorithm other than kube-scheduler have its name. */
  readonly scores: Readonly<Record<string, PluginScore>>;
  /** Sum of the weighted scores of kube-scheduler's plugins; null where they were not asked. */
  readonly total: number | null;
}

/** A decision and what it said of every node it examined, the best first. */
export type Explanation<Decision> = Omit<Decision, 'tie_set'> & {
  readonly tie_set: readonly string[];
  /** Null where verdicts were not recorded. */
  readonly nodes: readonly NodeVerdict[] | null;
};

/**
 * Puts a decision together with its verdicts.
 * @param verdicts the rows of this decision, in their order
 */
export function explainDecision<Decision extends DecisionFacts>(
  decision: Decision,
  verdicts: readonly VerdictFacts[],
): Explanation<Decision> {
  const ties = decision.tie_set === '' ? [] : decision.tie_set.split(',');
  // where a plugin gave up on the pod before any node was looked at there is nothing to record
  const recorded = verdicts.length > 0 || decision.considered_nodes === 0;
  return { ...decision, tie_set: ties, nodes: recorded ? nodeVerdicts(decision, new Set(ties), verdicts) : null };
}

function nodeVerdicts(
  decision: DecisionFacts,
  ties: ReadonlySet<string>,
  verdicts: readonly VerdictFacts[],
): NodeVerdict[] {
  const scores = new Map<string, Record<string, PluginScore>>();
  const refusals = new Map<string, VerdictFacts>();
  for (const row of verdicts) {
    if (row.verdict === 'refused') refusals.set(row.node, row);
    let ofNode = scores.get(row.node);
    if (ofNode === undefined) scores.set(row.node, (ofNode = {}));
    if (row.verdict !== 'scored') continue;
    const { raw_score: raw, normalized_score: normalized, weight, weighted_score: weighted } = row;
    ofNode[row.plugin] = { raw: raw!, normalized: normalized!, weight: weight!, weighted: weighted! };
  }
  const nodes = [...scores].map(([node, ofNode]): NodeVerdict => {
    const refusal = refusals.get(node);
    const passed = node === decision.node ? 'chosen' : ties.has(node) ? 'tied' : 'feasible';
    return {
      node,
      verdict: refusal === undefined ? passed : 'refused',
      refusedBy: refusal?.plugin ?? null,
      reason: refusal?.reason ?? null,
      scores: ofNode,
      total: totalOf(ofNode, decision.scheduler),
    };
  });
  const own = pluginsOf(nodes).filter((plugin) => isOwn(plugin, decision.scheduler));
  return nodes.sort((a, b) => compare(a, b, own));
}

/** Whether a plugin is what an algorithm itself compares nodes by. */
const isOwn = (plugin: string, scheduler: string): boolean =>
  plugin === scheduler || plugin.startsWith(`${scheduler}/`);

function totalOf(scores: NodeVerdict['scores'], scheduler: string): number | null {
  const counted = Object.entries(scores).filter(([plugin]) => !isOwn(plugin, scheduler));
  return counted.length === 0 ? null : counted.reduce((sum, [, { weighted }]) => sum + weighted, 0);
}

/** As the scheduler compares: feasible before refused, then its own criteria in turn, then totals; the choice before its equals. */
function compare(a: NodeVerdict, b: NodeVerdict, own: readonly string[]): number {
  const keys = ({ verdict, scores, total }: NodeVerdict): number[] => [
    verdict === 'refused' ? 0 : 1,
    ...own.map((plugin) => scores[plugin]?.weighted ?? -1),
    total ?? -1,
    verdict === 'chosen' ? 1 : 0,
  ];
  const [first, second] = [keys(a), keys(b)];
  const at = first.findIndex((key, i) => key !== second[i]);
  return at < 0 ? 0 : second[at]! - first[at]!;
}

/** Plugins that scored, in the order in which they did. */
const pluginsOf = (nodes: readonly NodeVerdict[]): string[] => [
  ...new Set(nodes.flatMap(({ scores }) => Object.keys(scores))),
];

/** What was said of every node as a table: a row a node, a column a plugin. */
export function verdictTable(
  nodes: readonly NodeVerdict[],
  scheduler: string,
): { readonly head: readonly string[]; readonly rows: readonly (readonly (string | number)[])[] } {
  const plugins = pluginsOf(nodes);
  const own = plugins.filter((plugin) => isOwn(plugin, scheduler));
  const others = plugins.filter((plugin) => !isOwn(plugin, scheduler));
  const columns: { readonly name: string; readonly cell: (node: NodeVerdict) => string | number }[] = [
    { name: 'node', cell: ({ node }) => node },
    { name: 'verdict', cell: ({ verdict }) => verdict },
    ...own.map((plugin) => ({ name: plugin, cell: ({ scores }: NodeVerdict) => readable(scores[plugin]?.raw) })),
    ...others.map((plugin) => ({
      name: plugin,
      cell: ({ scores }: NodeVerdict) => readable(scores[plugin]?.weighted),
    })),
  ];
  if (others.length > 0) columns.push({ name: 'total', cell: ({ total }) => total ?? '' });
  if (nodes.some(({ verdict }) => verdict === 'refused')) {
    columns.push({
      name: 'refused by',
      cell: ({ refusedBy, reason }) => (refusedBy === null ? '' : `${refusedBy}: ${reason}`),
    });
  }
  return { head: columns.map(({ name }) => name), rows: nodes.map((node) => columns.map(({ cell }) => cell(node))) };
}

/** Whole numbers as they are, others to four digits. */
const readable = (value: number | undefined): string | number =>
  value === undefined ? '' : Number.isInteger(value) ? value : Number(value.toPrecision(4));
