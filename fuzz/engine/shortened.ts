/** The input without what is not needed for `isSame`, as far as so many tries go: stretches are left out, long ones first. */
export async function shortened(
  input: Uint8Array,
  isSame: (input: Uint8Array) => Promise<boolean>,
  triesMax: number,
): Promise<Uint8Array> {
  let bytes = input
  let tries = 0
  for (
    let size = Math.ceil(bytes.length / 2);
    size >= 1 && tries < triesMax;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let at = 0; at < bytes.length && tries < triesMax; ) {
      const shorter = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + size)])
      tries++
      if (await isSame(shorter)) bytes = shorter
      else at += size
    }
  }
  return bytes
}
