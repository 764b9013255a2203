import { expect, test } from '@jest/globals';
import { extractType } from './extract-type.ts';

// As @cdktn/provider-aws writes it, shortened.
const CODE = `
function thingRuleToHclTerraform(struct) {
    const attrs = {
        days: {
            value: cdktn.numberToHclTerraform(struct.days),
            isBlock: false,
        },
    };
}
class ThingRuleOutputReference extends cdktn.ComplexObject {
    // days - computed: false, optional: false, required: true
    _days;
}
class ThingRuleList extends cdktn.ComplexList {
}
class Thing extends cdktn.TerraformResource {
    static tfResourceType = "aws_thing";
    // rule - computed: false, optional: true, required: false
    _rule = new ThingRuleList(this, "rule", false);
    // arn - computed: true, optional: false, required: false
    get arn() {
        return this.getStringAttribute('arn');
    }
    synthesizeHclAttributes() {
        const attrs = {
            rule: {
                value: cdktn.listMapperHcl(thingRuleToHclTerraform, true)(this._rule.internalValue),
                isBlock: true,
            },
        };
    }
}
`;

test('says of each argument what it is, and of a block what is inside', () => {
  expect(extractType(CODE)).toEqual(['  arn c', '  rule ob', '    days r']);
});

test('code without a resource is refused', () => {
  expect(() => extractType('class Thing extends Other {}')).toThrow('no class of a resource');
});
