declare const unit: unique symbol;
type Quantity<U extends string> = number & { readonly [unit]: U };

/** Thousandths of a CPU core, as Kubernetes counts them. */
export type Millicores = Quantity<'m'>;
export type Bytes = Quantity<'B'>;
export type BitsPerSecond = Quantity<'bit/s'>;
export type Metres = Quantity<'metre'>;
export type Watts = Quantity<'W'>;
export type Joules = Quantity<'J'>;
