import { listOf, optional, text } from '../../model/index.ts';

/** What a scenario's runs are expected to come to. */
export const expectations = optional(
  listOf(
    text({
      description:
        'A measure, or a quotient of two, and a bound with its unit, such as "requests.latency.p95 < 80ms" or ' +
        '"requests.failed / requests.sent < 0.1%". In an experiment also a comparison with the baseline: ' +
        '"requests.latency.p95 not worse than baseline by more than 5%", which fails where the whole 95 % interval of the ' +
        'difference is beyond the margin; worse, better or different, with or without not.',
    }),
    { description: 'What is expected of the measures. One that fails makes the exit status 1. Own design.' },
  ),
);
