import { hex } from '../wire/record.ts'

/** One negotiation, every number of it known. The keys and hashes were computed by an independent program. */
export const vector = {
  infoHash: hex('000102030405060708090a0b0c0d0e0f10111213'),
  /** SHA-1 of `peerchart-A` and `peerchart-B`. */
  privateA: hex('720da18ce6e7b141bd1b607cd5a7e5e9e1e86371'),
  privateB: hex('dfe0d2c6c5a91ff04747b88f0ab61ddf6cdefb6d'),
  publicA: hex(
    '9322c837a08b7e9d20296af3c6ce7955d8ee885fa629dc16975978dbc0a9f7b1273a313eedbd851f0baf63a84637233a5450ecc07f6e32ae147bd42ba98d445d34946ebcc986004b1a79524e623e90bc9311043155d8966d96ddfc21b92b0865',
  ),
  publicB: hex(
    'a695805cbcd55d6ef22740267f75058f24c8a9136268c7b7d2d829b8016ca53bc64f70bb5800334a4804aa5840733f8f6a0df1dd9e8218279e2e12ce42f96d779869725a744769e720b6b13f291337731f8537595590ba4d7273ddf932d22b51',
  ),
  secret: hex(
    'ddd5ac2f865f697fc1b63880bc2a38626cbc91d9195ffdb72ebbdcd0cc4b1eb5a301782eedaaeff650663b104550ba868b1a94ead911065dc9b607aa81ebe92f72ea90a32922e9204c9d36b7e9f12bbaff9fba780ccc6ef8ae05b580c7ab139e',
  ),
  req1: hex('d15c662b228d0fd0900f3c6fd1f330ac310990ef'),
  req2: hex('4321b2c3fbde0a4fa12ca762484f5b8dc9cf4b5f'),
  req3: hex('d5d6b6ed1fce2d02f185b4e662484a1b8a7d2f76'),
  req2XorReq3: hex('96f7042ee410274d50a913842a07119643b26429'),
  keyA: hex('c50aacdd49a2e5764966820e04ab360df10b123d'),
  keyB: hex('98ae02396a010357d615e9718ee4ff74e4f8c480'),
  keyStreamA: hex('c4baf3b18410be39fc20896eb5c62fc7'),
  keyStreamB: hex('d1c0acd5bf78f12572c334ed9196f304'),
  handshakeA: hex(
    '13426974546f7272656e742070726f746f636f6c0000000000100005000102030405060708090a0b0c0d0e0f101112132d5043303030312d4142434445464748494a4b4c',
  ),
  /** Provide 3, PadC of 3 zeros, A's handshake as initial payload. */
  step3: hex(
    'd15c662b228d0fd0900f3c6fd1f330ac310990ef96f7042ee410274d50a913842a07119643b26429c4baf3b18410be39fc20896db5c52fc77bbc780a59f7e3c25afdcaadf2e7772bf5ad413d735c85f574efdcb1e2b2952ced17709eaf108244980f1856685cfe829fc8b321213b2b85652b0cfceacf5e593f5d659681ecbf',
  ),
  /** Select 2, PadD of 2 zeros. */
  step4: hex('d1c0acd5bf78f12572c334ef9194f304'),
  /** Select 1, no PadD. */
  step4Plaintext: hex('d1c0acd5bf78f12572c334ec9196'),
  /** B's handshake, peer id -PC0001-abcdefghijkl, behind `step4`. */
  sealedHandshakeB: hex(
    '577233ebd11d609a792582ebc71708c9d9a967a9b8a1648a2a8b75420fe095068f3476433ae1be9147bc813d5f4360f42fa7918ca9c75483ae05b11cf119d3a30b428b5a',
  ),
  handshakeB: hex(
    '13426974546f7272656e742070726f746f636f6c0000000000100005000102030405060708090a0b0c0d0e0f101112132d5043303030312d6162636465666768696a6b6c',
  ),
  interested: hex('0000000102'),
  /** A's `interested` behind its handshake. */
  sealedInterested: hex('8683158533'),
} as const

/** Traffic of Transmission as the initiator, with Transmission's own key as the responder's too. */
export const transmission = {
  infoHash: hex('2c6b6858d61da9543d4231a71db4b1c9264b0685'),
  privateKey: hex('d0460a0b00564380e0f645f7739c718d5b410cac'),
  publicKey: hex(
    'b2f93248815c0acac34de1e33ede75e9415bb2847ee6f7db7b9fe6eacb44eeee492d9d74909d7d3663fae04d74a889e7efcb02ac9823c35c841c7c2bcce70a891958bdc328b7324c7be4a3ac55276b0dca05f9f66dc2818716ffb1f33d27b9c9',
  ),
  secret: hex(
    '218f45c4e425dc91b8a74df5fe4f778417892363bb2dfdb3979165247839293d75ee32ada87153f15855fb4512c629191bb40be2935c3759cb601d1b4cb555db457c3c391b053846466ddf8715042d3ae620f33900803a7126a2a031596b6da5',
  ),
  req1: hex('a76be23201678c457cee31362455ec69766b34d2'),
  req2XorReq3: hex('b9316ebb4e8d5355b244f89fd35f0961e546c2b4'),
  keyA: hex('88f435144042cf35c9623716319f7b64e9436362'),
  keyB: hex('50b379cf149293f6bb517b7d9c6d88f90bf5855a'),
  /** PadA and step 3. */
  behindKey: hex(
    '20202020202020202020a76be23201678c457cee31362455ec69766b34d2b9316ebb4e8d5355b244f89fd35f0961e546c2b4cfb2d10fbb7579966ce3b4c1952da2f9104ae5a49f775ebcfe79ae84210114640f83e2329a57fb68f4d562d38ff55b50363c7820f88f69b9a73f8bd06c14f7237507a856d53bde53426d30d081389eca30d69b0a',
  ),
  handshake: hex(
    `13426974546f7272656e742070726f746f636f6c00000000001000052c6b6858d61da9543d4231a71db4b1c9264b0685${Buffer.from('-TR300Z-w4bd4mkebkbi').toString('hex')}`,
  ),
} as const
