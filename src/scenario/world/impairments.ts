import { parseDuration, parseShare, type Link } from '../../model/index.ts';

/** Jitter and loss of a link or of the radio leg of access points, where it states some. */
export function readImpairments(written: {
  readonly jitter?: string;
  readonly loss?: string | number;
}): Pick<Link, 'jitterNs' | 'loss'> {
  return {
    ...(written.jitter === undefined ? {} : { jitterNs: parseDuration(written.jitter) }),
    ...(written.loss === undefined ? {} : { loss: parseShare(written.loss) }),
  };
}
