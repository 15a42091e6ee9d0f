import assert from 'node:assert/strict'
import { BlockList, isIP } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { isInRange } from '../../src/dialect/aws/auth/ip-range.ts'

const rows: [address: string, range: string, inside: boolean][] = [
  ['10.1.2.3', '10.1.2.3', true],
  ['10.1.2.3', '10.1.2.3/32', true],
  ['10.1.2.4', '10.1.2.3/31', false],
  ['10.1.2.2', '10.1.2.3/31', true],
  ['10.1.2.3', '0.0.0.0/0', true],
  ['::ffff:10.1.2.3', '10.0.0.0/8', true],
  ['fe80::1%eth0', 'fe80::/10', true],
  ['2001:db8::1', '2001:db8::/32', true],
  ['2001:db9::1', '2001:db8::/32', false],
  ['::1', '0.0.0.0/0', false],
  ['10.1.2.3', '::/0', false],
  ...[
    '',
    '10.1.2',
    '10.1.2.300',
    '10.1.2.3/33',
    '10.1.2.3/x',
    '10.1.2.3/8/8',
    '1::2::3',
    ':::',
    'g::1',
    '1:2:3:4:5:6:7:8:9',
  ].map((range): [string, string, boolean] => ['10.1.2.3', range, false]),
]

for (const [address, range, inside] of rows) {
  test(`${address} is ${inside ? '' : 'not '}in ${range}`, () => assert.equal(isInRange(address, range), inside))
}

test('ranges hold what Node’s own lists of addresses hold', () => {
  const part = fc.constantFrom('0', '1', 'ff', 'ffff', 'a00')
  const v6 = fc
    .tuple(fc.array(part, { maxLength: 4 }), fc.array(part, { maxLength: 3 }))
    .map(([head, tail]) => `${head.join(':')}::${tail.join(':')}`)
  const v4 = fc.ipV4()
  for (const [addresses, bits, type] of [
    [v4, 32, 'ipv4'],
    [v6, 128, 'ipv6'],
  ] as const) {
    fc.assert(
      fc.property(addresses, addresses, fc.integer({ min: 0, max: bits }), (address, base, prefix) => {
        fc.pre(isIP(address) !== 0 && isIP(base) !== 0)
        const list = new BlockList()
        list.addSubnet(base, prefix, type)
        assert.equal(isInRange(address, `${base}/${prefix}`), list.check(address, type))
      }),
    )
  }
})
