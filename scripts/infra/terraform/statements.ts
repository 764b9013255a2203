// The statements of every policy that is written in Terraform, in one shape. Decides nothing about them.
import { type Body, blocks, record, type TerraformModule, type TerraformTree } from './tree.ts';

export interface Condition {
  readonly test: string;
  readonly variable: string;
  readonly values: unknown;
}

export interface Statement {
  /** Module, document and sid: "modules/kms key AccountDecidesByIam". */
  readonly where: string;
  readonly allows: boolean;
  readonly hasSid: boolean;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly principals: readonly { readonly type: string; readonly identifiers: readonly string[] }[];
  readonly conditions: readonly Condition[];
  readonly negated: boolean;
}

export function statementsOf(tree: TerraformTree): Statement[] {
  return [...tree.modules.values()].flatMap((module) =>
    module.resources
      .filter(({ type }) => type === 'aws_iam_policy_document')
      .flatMap(({ name, body }) => statementsIn(module, name, body)),
  );
}

export function statementsIn(module: TerraformModule, document: string, body: Body): Statement[] {
  const dynamic = blocks(record(body.dynamic).statement).flatMap(({ content }) => blocks(content));
  return [...blocks(body.statement), ...dynamic].map((statement) => ({
    where: `${module.path} ${document} ${String(statement.sid ?? 'without sid')}`,
    allows: statement.effect !== 'Deny',
    hasSid: typeof statement.sid === 'string',
    actions: list(statement.actions),
    resources: list(statement.resources),
    principals: blocks(statement.principals).map(({ type, identifiers }) => ({
      type: String(type),
      identifiers: list(identifiers),
    })),
    conditions: blocks(statement.condition).map(({ test, variable, values }) => ({
      test: String(test),
      variable: String(variable),
      values,
    })),
    negated: ['not_actions', 'not_resources', 'not_principals'].some((key) => key in statement),
  }));
}

/** An expression stands for itself, as one text. */
function list(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}
