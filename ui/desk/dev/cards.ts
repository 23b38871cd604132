// Guidance cards for the samples.
import type { GuidanceCard } from '$generated/GuidanceCard';

export const CARDS: GuidanceCard[] = [
  {
    card: 'apply',
    title: 'オンライン申請',
    steps: ['申請サイトを開きます', '申請書IDを入力します', 'メールアドレスを入力します', '顔写真を選びます', '内容を確かめて送ります'],
    quiet: true,
    mask: false,
  },
  { card: 'photo', title: '顔写真の撮影', steps: ['帽子をとって、まっすぐ前を向きます', '枠の中に顔を入れます', '撮影して、写り方を確かめます'], quiet: false, mask: false },
  {
    card: 'pin',
    title: '暗証番号の入力',
    steps: ['画面が「目隠し中」になったことを確かめます', 'カードを読み取り機に置きます', '暗証番号を入力します。声に出さないでください', '終わったら「目隠しを解く」を押します'],
    quiet: true,
    mask: true,
  },
  { card: 'portal', title: 'マイナポータル', steps: ['マイナポータルを開きます', '「ログイン」を押します', 'カードを置いて、暗証番号を入力します'], quiet: false, mask: true },
  { card: 'insurance', title: '健康保険証の利用登録', steps: ['「健康保険証」を押します', '同意を確かめて、登録を押します'], quiet: false, mask: false },
  { card: 'close', title: '片付け', steps: ['ログアウトします', 'カードを取ります', '忘れ物がないか確かめます'], quiet: false, mask: false },
];
