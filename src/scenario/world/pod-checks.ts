import { parseQuantity, type LabelSelector, type PodSpec } from '../../model/index.ts';
import type { Path } from '../source.ts';
import { quote } from '../validation.ts';
import { contradiction, meetsRequirements, requirementMistake } from './node-requirements.ts';

/** Reports what is wrong at a path of a published object. */
export type Report = (path: Path, found: string, expected: string, near?: () => string | undefined) => void;

/** Reports a selector that the template's own labels do not meet. Source: Kubernetes, pkg/apis/apps/validation, ValidateDeploymentSpec. */
export function checkSelector(selector: LabelSelector, labels: Readonly<Record<string, string>>, report: Report): void {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const path = ['spec', 'selector'];
  if (Object.keys(matchLabels).length + matchExpressions.length === 0)
    return report(path, 'an empty selector', 'labels of the template');
  for (const [key, value] of Object.entries(matchLabels)) {
    if (labels[key] === value) continue;
    const has = labels[key] === undefined ? 'has no such label' : `has ${quote(labels[key])}`;
    report(
      [...path, 'matchLabels', key],
      `${quote(value)}, but the template ${has}`,
      'a label of spec.template.metadata.labels',
    );
  }
  for (const [index, requirement] of matchExpressions.entries()) {
    const at = [...path, 'matchExpressions', index];
    const mistake = requirementMistake(requirement);
    if (mistake !== undefined) report(at, mistake, 'In and NotIn with values, Exists and DoesNotExist without');
    else if (
      !meetsRequirements(
        {
          containers: [],
          affinity: {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [{ matchExpressions: [requirement] }],
              },
            },
          },
        },
        { name: '', labels },
      )
    )
      report(at, 'a requirement that the labels of the template do not meet', 'one that they meet');
  }
}

/** A real API server refuses a container that asks for more than it may use. */
export function checkResources(spec: PodSpec, path: Path, report: Report): void {
  for (const list of ['initContainers', 'containers'] as const) {
    for (const [index, { resources }] of (spec[list] ?? []).entries()) {
      for (const [resource, request] of Object.entries(resources?.requests ?? {})) {
        const at = [...path, list, index, 'resources', 'requests', resource];
        const limit = resources?.limits?.[resource];
        if (parseQuantity(request) < 0) report(at, `a negative request, ${request}`, 'at least 0');
        else if (limit !== undefined && parseQuantity(request) > parseQuantity(limit))
          report(at, 'a request above the limit', `at most ${limit}`);
      }
    }
  }
}

/** Reports probes that a real API server refuses. Source: Kubernetes, pkg/apis/core/validation, `validateLivenessProbe`. */
export function checkProbes(spec: PodSpec, path: Path, report: Report): void {
  for (const list of ['initContainers', 'containers'] as const) {
    for (const [index, container] of (spec[list] ?? []).entries()) {
      for (const probe of ['startupProbe', 'livenessProbe'] as const) {
        const successes = container[probe]?.successThreshold ?? 1;
        const at = [...path, list, index, probe, 'successThreshold'];
        if (successes !== 1) report(at, `${successes} successes`, '1: only a readiness probe may take more');
      }
    }
  }
}

/** Reports node affinity that is wrong or that nothing can meet. @returns whether it is right */
export function checkAffinity(spec: PodSpec, path: Path, report: Report): boolean {
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const terms = required?.nodeSelectorTerms ?? [];
  const at = [
    ...path,
    'affinity',
    'nodeAffinity',
    'requiredDuringSchedulingIgnoredDuringExecution',
    'nodeSelectorTerms',
  ];
  let isRight = true;
  for (const [index, term] of terms.entries()) {
    for (const list of ['matchExpressions', 'matchFields'] as const) {
      for (const [position, requirement] of (term[list] ?? []).entries()) {
        const isName =
          list === 'matchExpressions' ||
          (requirement.key === 'metadata.name' &&
            ['In', 'NotIn'].includes(requirement.operator) &&
            requirement.values?.length === 1);
        const mistake = isName ? requirementMistake(requirement) : `${quote(requirement.key)} ${requirement.operator}`;
        if (mistake === undefined) continue;
        isRight = false;
        const expected =
          list === 'matchFields'
            ? 'metadata.name In or NotIn of one value'
            : 'In and NotIn with values, Exists and DoesNotExist without, Gt and Lt with one whole number';
        report([...at, index, list, position], mistake, expected);
      }
    }
  }
  if (!isRight || terms.length === 0) return isRight;
  const selected = Object.entries(spec.nodeSelector ?? {}).map(
    ([key, value]) => ({ key, operator: 'In', values: [value] }) as const,
  );
  const reasons = terms.map(({ matchExpressions = [], matchFields = [] }) =>
    matchExpressions.length + matchFields.length === 0
      ? 'an empty term selects no node'
      : contradiction([...matchExpressions, ...selected]),
  );
  const [first] = reasons;
  if (first === undefined || reasons.includes(undefined)) return true;
  report([...at, 0], `a requirement that no node can ever meet: ${first}`, 'requirements that can hold together');
  return false;
}
