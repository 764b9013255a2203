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
    actions: list(module, statement.actions),
    resources: list(module, statement.resources),
    principals: [...blocks(statement.principals), ...blocks(record(statement.dynamic).principals)].map((principals) => {
      const { type, identifiers } = blocks(principals.content)[0] ?? principals;
      return { type: String(type), identifiers: [...list(module, identifiers), ...list(module, principals.for_each)] };
    }),
    conditions: blocks(statement.condition).map(({ test, variable, values }) => ({
      test: String(test),
      variable: String(variable),
      values,
    })),
    negated: ['not_actions', 'not_resources', 'not_principals'].some((key) => key in statement),
  }));
}

/** A local stands for what is in it, any other expression for itself, as one text. */
function list({ locals }: TerraformModule, written: unknown): string[] {
  const local = typeof written === 'string' ? /^\$\{local\.(\w+)\}$/.exec(written)?.[1] : undefined;
  const value = local === undefined ? written : (locals.get(local) ?? written);
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}
