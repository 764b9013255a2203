// The event codes that PayPal publishes with what each is in canonical words: the mapping that the source is held
// against, as data, so that its own table is not its own proof. Holds and releases share a code: by sign.
export const PAYPAL_CODES: readonly string[] = `
T0000 payment, T0001 transfer, T0002 payment, T0003 payment, T0004 payment, T0005 payment, T0006 payment, T0007
payment, T0008 transfer, T0009 payment, T0010 payment, T0011 payment, T0012 payment, T0013 payment, T0014 transfer,
T0015 transfer, T0016 transfer, T0017 transfer, T0018 payment, T0019 payment, T0021 payment, T0100 fee, T0101 fee,
T0102 fee, T0103 fee, T0104 fee, T0105 fee, T0106 fee, T0107 fee, T0108 fee, T0109 fee, T0110 fee, T0111 fee, T0112
fee, T0113 fee, T0114 fee, T0200 conversion, T0201 conversion, T0202 conversion, T0300 transfer, T0301 transfer,
T0302 transfer, T0303 transfer, T0400 payout, T0401 payout, T0402 payout, T0403 payout, T0500 other, T0501 other,
T0502 other, T0503 other, T0504 other, T0505 other, T0600 transfer, T0700 transfer, T0701 transfer, T0800
adjustment, T0801 adjustment, T0802 adjustment, T0803 adjustment, T0804 adjustment, T0805 adjustment, T0806
adjustment, T0807 adjustment, T0808 adjustment, T0900 adjustment, T0901 adjustment, T0902 adjustment, T0903
adjustment, T0904 adjustment, T0905 adjustment, T1000 transfer, T1100 adjustment, T1101 payout reverses, T1102
adjustment, T1103 adjustment, T1104 transfer reverses, T1105 reserve, T1106 dispute, T1107 refund, T1108 fee
reverses, T1109 fee reverses, T1110 reserve, T1111 reserve, T1112 adjustment, T1113 refund, T1114 transfer reverses,
T1115 transfer reverses, T1116 adjustment, T1117 adjustment, T1118 adjustment, T1119 adjustment, T1200 adjustment,
T1201 dispute, T1202 dispute reverses, T1203 adjustment, T1204 adjustment, T1205 dispute reverses, T1207 dispute,
T1208 dispute reverses, T1300 other moves-nothing, T1301 other moves-nothing, T1302 other moves-nothing, T1400
other, T1500 reserve, T1501 reserve, T1502 reserve, T1503 reserve, T1600 other, T1601 other, T1602 other, T1603
other, T1700 payout, T1701 payout, T1800 other, T1801 other, T1900 adjustment, T2000 transfer, T2001 transfer, T2002
transfer, T2003 transfer, T2004 transfer, T2101 reserve, T2102 reserve, T2103 reserve, T2104 reserve, T2105 reserve,
T2106 reserve, T2107 reserve, T2108 reserve, T2109 reserve, T2110 reserve, T2111 reserve, T2112 reserve, T2113
reserve, T2114 reserve, T2201 transfer, T2301 adjustment, T3000 payment, T5000 transfer, T5001 transfer, T9700
other, T9701 other, T9702 other, T9800 other moves-nothing, T9900 other
`
  .trim()
  .split(/,\s+/)
  .map((line) => line.replace(/\s+/g, ' '));

/** What a code that is not listed is, by its group. */
export const PAYPAL_GROUPS: readonly string[] = `
T00 payment, T01 fee, T02 transfer, T03 transfer, T04 payout, T05 other, T06 transfer, T07 transfer, T08 adjustment,
T09 adjustment, T10 transfer, T11 adjustment, T12 adjustment, T13 other, T14 other, T15 reserve, T16 other, T17
payout, T18 other, T19 adjustment, T20 transfer, T21 reserve, T22 transfer, T23 adjustment, T30 payment, T50
transfer, T97 other, T98 other, T99 other
`
  .trim()
  .split(/,\s+/);
