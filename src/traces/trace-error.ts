/** Why a trace cannot be used, and where it says so. */
export class TraceError extends Error {
  /** The file, as its reader named it. */
  readonly file: string;
  readonly expected: string | undefined;
  /** From 1; absent for what concerns the file as a whole. */
  readonly line: number | undefined;
  /** From 1. */
  readonly column: number | undefined;
  /** The text of the line, where it is at hand. */
  readonly lineText: string | undefined;

  /** What was probably meant. */
  readonly nearest: string | undefined;
  /** How much of the line is meant; all of it where absent. */
  readonly width: number | undefined;

  constructor(
    file: string,
    found: string,
    details: {
      expected?: string;
      line?: number;
      column?: number;
      lineText?: string;
      width?: number;
      nearest?: string;
    } = {},
  ) {
    super(found);
    this.name = 'TraceError';
    this.file = file;
    this.expected = details.expected;
    this.line = details.line;
    this.column = details.column;
    this.lineText = details.lineText;
    this.width = details.width;
    this.nearest = details.nearest;
  }
}
