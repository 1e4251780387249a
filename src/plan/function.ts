import type { DataType } from "../schema/type.ts";

/** A function written in SQL, as its text says it: what a catalog keeps. */
export interface FunctionDefinition {
  readonly parameters: readonly FunctionParameter[];
  /** The type of a scalar function, the columns of a table function; absent: those of the body. */
  readonly returns: FunctionReturns;
  /** The expression or query behind RETURN, as text. */
  readonly body: string;
  /** Whether it may read tables; absent: what its body does. */
  readonly dataAccess?: "CONTAINS SQL" | "READS SQL DATA";
  readonly deterministic?: boolean;
  readonly comment?: string;
}

export interface FunctionParameter {
  readonly name: string;
  readonly type: DataType;
  /** An expression as text. */
  readonly default?: string;
  readonly comment?: string;
}

export type FunctionReturns =
  | { readonly kind: "scalar"; readonly type?: DataType }
  | { readonly kind: "table"; readonly columns?: readonly FunctionColumn[] };

export interface FunctionColumn {
  readonly name: string;
  readonly type: DataType;
}
