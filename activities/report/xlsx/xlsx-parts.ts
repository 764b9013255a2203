// The parts of a workbook that say what is where (ECMA-376): the sheets, their relations and their content types. Pure.
import { escapeXml } from './xlsx-text.ts';

export interface SheetPart {
  readonly name: string;
  /** "$A$1:$AJ$10001", where the sheet has a filter. */
  readonly filtered: string | null;
}

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

export function sheetPath(index: number): string {
  return `xl/worksheets/sheet${index + 1}.xml`;
}

/** Path and content of everything but the sheets. */
export function workbookParts(sheets: readonly SheetPart[], styles: string): ReadonlyArray<readonly [string, string]> {
  return [
    ['xl/workbook.xml', HEAD + workbookXml(sheets)],
    ['xl/_rels/workbook.xml.rels', HEAD + workbookRelations(sheets)],
    ['xl/styles.xml', HEAD + styles],
    ['_rels/.rels', HEAD + relations([['officeDocument', 'xl/workbook.xml']])],
    ['[Content_Types].xml', HEAD + contentTypes(sheets)],
  ];
}

function workbookXml(sheets: readonly SheetPart[]): string {
  const list = sheets.map(
    ({ name }, index) => `<sheet name="${escapeXml(name)}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`,
  );
  const filters = sheets.flatMap(({ name, filtered }, index) =>
    filtered === null
      ? []
      : [
          `<definedName name="_xlnm._FilterDatabase" localSheetId="${index}" hidden="1">'${escapeXml(name)}'!${filtered}</definedName>`,
          `<definedName name="_xlnm.Print_Titles" localSheetId="${index}">'${escapeXml(name)}'!$1:$1</definedName>`,
        ],
  );
  const names = filters.length === 0 ? '' : `<definedNames>${filters.join('')}</definedNames>`;
  return `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><bookViews><workbookView/></bookViews><sheets>${list.join('')}</sheets>${names}</workbook>`;
}

function workbookRelations(sheets: readonly SheetPart[]): string {
  return relations([
    ...sheets.map((_sheet, index) => ['worksheet', sheetPath(index).replace('xl/', '')] as const),
    ['styles', 'styles.xml'],
  ]);
}

function relations(targets: ReadonlyArray<readonly [type: string, target: string]>): string {
  const list = targets.map(
    ([type, target], index) => `<Relationship Id="rId${index + 1}" Type="${OFFICE}/${type}" Target="${target}"/>`,
  );
  return `<Relationships xmlns="${PACKAGE}/relationships">${list.join('')}</Relationships>`;
}

function contentTypes(sheets: readonly SheetPart[]): string {
  const part = (path: string, type: string) => `<Override PartName="/${path}" ContentType="${TYPE}.${type}+xml"/>`;
  return [
    `<Types xmlns="${PACKAGE}/content-types">`,
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>',
    '<Default Extension="xml" ContentType="application/xml"/>',
    part('xl/workbook.xml', 'sheet.main'),
    part('xl/styles.xml', 'styles'),
    ...sheets.map((_sheet, index) => part(sheetPath(index), 'worksheet')),
    '</Types>',
  ].join('');
}
