// How JavaScript prints doubles, for test_write.c and test_value.c:
//
//     node tests/unit/json/gen-doubles.mjs >tests/unit/json/doubles.inc
const view = new DataView(new ArrayBuffer(8));
const cases = new Map();

const add = (value) => {
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  cases.set(bits, Number.isFinite(value) ? String(value) : 'null');
};
const addBits = (bits) => {
  view.setBigUint64(0, BigInt.asUintN(64, bits));
  add(view.getFloat64(0));
};
let state = 88172645463325252n; // xorshift: the same table each time
const random = () => {
  state ^= BigInt.asUintN(64, state << 13n);
  state ^= state >> 7n;
  state ^= BigInt.asUintN(64, state << 17n);
  return state;
};

[0, -0, 1, -1, 0.1, 0.2, 0.1 + 0.2, 1 / 3, -2 / 3, 3.5, 100, 123456789, 1.5e300, 1e21, 1e20, 999999999999999900000,
  1e-6, 1e-7, 1.5e-6, 1.5e-7, 0.00001, 123e-20, 5e-324, 2.2250738585072014e-308, 2.225073858507201e-308,
  1.7976931348623157e308, 2 ** 53, 2 ** 53 - 1, 2 ** 53 + 2, 2 ** 63, -(2 ** 63), 2 ** 64, 9007199254740993, 1e15, 1e16, 1e17,
  4.35, 0.3, 2.675, 1.005, 9.5e-323, 5e-323, 2 ** -44, 9.109e-31, 6.02214076e23, 4.4501477170144023e-308,
  NaN, Infinity, -Infinity].forEach(add);
for (let e = -323; e <= 308; e += 1) add(Number(`1e${e}`));
for (let e = 0n; e < 2047n; e += 23n) for (const f of [0n, 1n, (1n << 52n) - 1n]) addBits((e << 52n) | f);
for (let i = 0; i < 300; i += 1) addBits(random());
for (let i = 0; i < 200; i += 1) add(Number(random() % 100000000n) / 10 ** Number(random() % 12n));

console.log('/* Made by tests/unit/json/gen-doubles.mjs; do not edit. */');
for (const [bits, text] of cases) console.log(`{UINT64_C(0x${bits.toString(16).padStart(16, '0')}), "${text}"},`);
