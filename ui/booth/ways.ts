// The three m-lines of a booth's leg, and its offer as it is sent. Knows no leg's life.

/** Speech in Opus mono, bit/s: the middle of 24-40 kbit/s that bad Wi-Fi still carries. */
const AUDIO_BITRATE = 32_000;
/** A face and a card in 640×480 at 30 frames, bit/s. */
const FACE_BITRATE = 800_000;
const FACE_RATE = 30;
/** A page that is read and scrolled, bit/s and frames a second: words stay sharp, and the voice goes first. */
const SCREEN_BITRATE = 1_000_000;
const SCREEN_RATE = 15;
/** The shortest jitter buffers; they grow by themselves when the Wi-Fi jitters. */
const JITTER_TARGET_MS = 0;

/** Sound both ways. */
export function addAudio(connection: RTCPeerConnection, track: MediaStreamTrack | null): RTCRtpTransceiver {
  const way = connection.addTransceiver(track ?? 'audio', {
    direction: 'sendrecv',
    sendEncodings: [{ maxBitrate: AUDIO_BITRATE, priority: 'high', networkPriority: 'high' }],
  });
  prefer(way, 'audio', ['audio/opus']);
  return way;
}

/** The visitor's face out, the operator's in. */
export function addFace(connection: RTCPeerConnection, track: MediaStreamTrack | null): RTCRtpTransceiver {
  const way = connection.addTransceiver(track ?? 'video', {
    direction: 'sendrecv',
    sendEncodings: [{ maxBitrate: FACE_BITRATE, maxFramerate: FACE_RATE }],
  });
  return picture(way);
}

/** The visitor's second window out: negotiated from the start, silent until it is shown. */
export function addScreen(connection: RTCPeerConnection, track: MediaStreamTrack | null): RTCRtpTransceiver {
  const way = connection.addTransceiver(track ?? 'video', {
    direction: 'sendonly',
    sendEncodings: [{ maxBitrate: SCREEN_BITRATE, maxFramerate: SCREEN_RATE, priority: 'low' }],
  });
  return picture(way);
}

/** Audio first, then frames are dropped before size: a card held up must stay readable. */
function picture(way: RTCRtpTransceiver): RTCRtpTransceiver {
  prefer(way, 'video', ['video/VP8', 'video/rtx']);
  const parameters = way.sender.getParameters();
  parameters.degradationPreference = 'maintain-resolution';
  // A browser without this wish chooses by itself, which serves too.
  way.sender.setParameters(parameters).catch(() => undefined);
  return way;
}

/** The exchange speaks these; offering more would only make the offer longer. */
function prefer(way: RTCRtpTransceiver, kind: 'audio' | 'video', types: string[]): void {
  const codecs = RTCRtpReceiver.getCapabilities(kind)?.codecs ?? [];
  way.setCodecPreferences(codecs.filter((codec) => types.includes(codec.mimeType)));
  way.receiver.jitterBufferTarget = JITTER_TARGET_MS;
}

/** Without candidates (the exchange learns ours from the first packet), with repair of lost speech. */
export function sendable(sdp: string): string {
  const lines = sdp.split('\r\n').filter((line) => !/^a=(candidate|end-of-candidates)/.test(line));
  const opus = lines.map((line) => /^a=rtpmap:(\d+) opus\//.exec(line)?.[1]).find((type) => type !== undefined);
  const repaired = (line: string): string =>
    line.startsWith(`a=fmtp:${opus} `) && !line.includes('useinbandfec') ? `${line};useinbandfec=1` : line;
  return lines.map(repaired).join('\r\n');
}
