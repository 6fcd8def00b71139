/**
 * Column kinds of the result tables. `float64` also holds times in nanoseconds: whole numbers up to 2^53 are exact in
 * it, and JavaScript, pandas, Polars and R all read it as a plain number, where a 64-bit integer would become a BigInt.
 */
export type Column = NumberColumn | BoolColumn | DictionaryColumn | TextColumn;

interface NumberColumn {
  readonly kind: 'float64' | 'int32';
  /** As written behind the number by people: `ns`, `bytes`, `W`. None for counts, shares and numbers of entities. */
  readonly unit?: string;
  readonly description: string;
  readonly nullable?: true;
}

/** Never null: a cell is 0 or 1. */
interface BoolColumn {
  readonly kind: 'bool';
  readonly description: string;
}

/** Strings of which few are different, stored once: a cell is a code in the dictionary of the domain. */
interface DictionaryColumn {
  readonly kind: 'dictionary';
  /** Columns of one domain, in all tables, share one dictionary. */
  readonly domain: string;
  readonly description: string;
  readonly nullable?: true;
}

/** Strings that hardly repeat; for tables with few rows. */
interface TextColumn {
  readonly kind: 'utf8';
  readonly description: string;
  readonly nullable?: true;
}

export type Columns = Readonly<Record<string, Column>>;

/** A table as data: the folder, the Arrow schema, the TypeScript types and the readers are all derived from it. */
export interface TableDefinition<C extends Columns = Columns> {
  readonly description: string;
  readonly columns: C;
  /** Rows that are kept in memory before they are written as one Arrow record batch; a multiple of 32. */
  readonly rowsPerBatch: number;
}

/** What a producer writes to: one array a column, with a cell for each row of the batch. */
export type Cells<C extends Columns> = {
  readonly [K in keyof C]: C[K]['kind'] extends 'float64'
    ? Float64Array
    : C[K]['kind'] extends 'utf8'
      ? (string | null)[]
      : C[K]['kind'] extends 'bool'
        ? Uint8Array
        : Int32Array;
};

type CellValue<C extends Column> = C['kind'] extends 'bool'
  ? boolean
  : C['kind'] extends 'dictionary'
    ? string | number
    : C['kind'] extends 'utf8'
      ? string
      : number;

/** A row as an object: a dictionary column takes the string or its code; a column that may be null may be left out. */
export type Row<C extends Columns> = {
  readonly [K in keyof C as C[K] extends { nullable: true } ? never : K]: CellValue<C[K]>;
} & {
  readonly [K in keyof C as C[K] extends { nullable: true } ? K : never]?: CellValue<C[K]> | null | undefined;
};

/** What a cell of an `int32` column holds when it has no value. */
export const NO_INT32 = -2147483648;
/** What a cell of a dictionary column holds when it has no value. In a `float64` column it is NaN. */
export const NO_CODE = -1;

/** A column of real numbers, or of whole ones that may pass 2^31. `unit` null: a share or a count. */
export const float64 = (unit: string | null, description: string) =>
  ({ kind: 'float64', ...(unit === null ? {} : { unit }), description }) as const;

/** A column of whole numbers above -2^31 and below 2^31. */
export const int32 = (description: string) => ({ kind: 'int32', description }) as const;

/** A column of truth values. */
export const bool = (description: string) => ({ kind: 'bool', description }) as const;

/** A column of strings from the dictionary of a domain. */
export const dictionary = <D extends string>(domain: D, description: string) =>
  ({ kind: 'dictionary', domain, description }) as const;

/** A column of strings that hardly repeat. */
export const utf8 = (description: string) => ({ kind: 'utf8', description }) as const;

/** The same column, whose cells may be null. */
export const optional = <C extends Exclude<Column, BoolColumn>>(column: C): C & { readonly nullable: true } => ({
  ...column,
  nullable: true,
});
