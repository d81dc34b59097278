/** Several packets as one input: before each stands its length, in two bytes. */
export function packetsOf(packets: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(packets.flatMap((packet) => [Uint8Array.of(packet.length >>> 8, packet.length), packet]))
}

/** The packets of an input; the last is as long as there is input. */
export function packetsIn(input: Uint8Array): Uint8Array[] {
  const packets: Uint8Array[] = []
  for (let at = 0; at + 2 <= input.length; ) {
    const length = ((input[at] as number) << 8) | (input[at + 1] as number)
    packets.push(input.subarray(at + 2, at + 2 + length))
    at += 2 + length
  }
  return packets
}
