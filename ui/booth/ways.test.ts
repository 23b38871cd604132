import { expect, test } from 'vitest';
import { sendable } from './ways';

const OFFER = [
  'v=0',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'a=candidate:1 1 udp 2113937151 192.0.2.7 50000 typ host',
  'a=end-of-candidates',
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 minptime=10',
  '',
].join('\r\n');

test('an offer leaves without candidates and asks for repair of lost speech', () => {
  expect(sendable(OFFER)).toBe(
    ['v=0', 'm=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=rtpmap:111 opus/48000/2', 'a=fmtp:111 minptime=10;useinbandfec=1', ''].join('\r\n'),
  );
});

test('an offer that asks for it already is left alone', () => {
  const asks = 'a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n';
  expect(sendable(asks)).toBe(asks);
});
