import { either, flag, listOf, measured, object, optional, text } from '../../model/index.ts';

const nodes = (description: string) =>
  either(
    [
      text({ description: 'A node.' }),
      listOf(text({ description: 'A node.' }), { description: 'Several nodes.', minItems: 1 }),
    ],
    { description, expects: 'a node or a list of nodes' },
  );

export const maintenance = object(
  {
    at: measured('duration', { description: 'When it is done.' }),
    cordon: optional(nodes('Nodes that take no new pods from now on: kubectl cordon.')),
    drain: optional(
      nodes(
        'Nodes that are cordoned and emptied, one after the other: kubectl drain. Their pods are evicted as far as ' +
          'PodDisruptionBudgets allow it, and tried again every 5 s where they do not.',
      ),
    ),
    uncordon: optional(nodes('Nodes that take pods again: kubectl uncordon.')),
    force: flag({
      description:
        'With `drain`: pods that no controller makes anew are evicted too. Without it a node that has one stays cordoned and ' +
        'keeps its pods, as with kubectl.',
      default: false,
    }),
  },
  { description: 'What an administrator does to nodes: exactly one of cordon, drain and uncordon.' },
);
