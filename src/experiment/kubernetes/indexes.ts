/**
 * Reads the indexes of an Indexed Job's status, such as `1,3-5,7`.
 * Source: Kubernetes API, JobStatus.completedIndexes and failedIndexes: numbers and ranges, in order, separated by commas.
 */
export function parseIndexes(text: string | undefined): number[] {
  if (text === undefined || text === '') return [];
  return text.split(',').flatMap((part) => {
    const [first, last = first] = part.split('-').map(Number) as [number, number?];
    return Array.from({ length: last! - first + 1 }, (_, offset) => first + offset);
  });
}
