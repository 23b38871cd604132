// How a talk ended, in the words of the field.
import type { Channel } from '$generated/Channel';
import type { EndReason } from '$generated/EndReason';

/** How a talk ended. */
export function endWord(end: EndReason, channel: Channel): string {
  const phone = channel === 'phone';
  switch (end) {
    case 'operator_ended': return 'こちらから終了しました';
    case 'visitor_ended': return phone ? '相手が電話を切りました' : '来庁者が終了しました';
    case 'abandoned_waiting':
    case 'abandoned_ringing':
    case 'abandoned_connecting': return phone ? 'つながる前に相手が電話を切りました' : 'つながる前に来庁者が取りやめました';
    case 'line_lost_waiting':
    case 'line_lost_talking': return phone ? '電話の回線が切れ、終了しました' : 'ブースの回線が戻らず、終了しました';
    case 'media_failed': return phone ? '音声をつなげませんでした' : '音声と映像をつなげませんでした';
    case 'exchange_lost': return `交換機が止まり、終了しました。${phone ? '相手' : '来庁者'}への連絡が必要です`;
    case 'out_of_hours': return '受付時間が終わりました';
    case 'year_end': return '年末年始の休止中でした';
    case 'suspended': return '臨時休止中でした';
    case 'queue_full': return '待ちの数が上限でした';
    case 'transferred_out': return '転送先につなぎました。こちらの通話は終わりました';
    case 'callee_busy': return '話し中で、つながりませんでした';
    case 'callee_not_answered': return '応答がありませんでした';
    case 'callee_not_found': return '使われていない番号でした';
    case 'callee_refused': return '相手が着信を断りました';
    case 'dial_forbidden': return 'この番号へは発信できません';
    case 'dial_failed': return '発信できませんでした。回線の不調か、発信数の上限です';
    case 'dial_given_up': return '応答の前に、こちらから取りやめました';
  }
}

/** Why a call ended without a talk, short enough for a line of the callbacks. */
export function lostWord(end: EndReason): string {
  switch (end) {
    case 'abandoned_waiting': return '待つ間に切れました';
    case 'abandoned_ringing': return '呼び出し中に切れました';
    case 'abandoned_connecting': return 'つながる前に切れました';
    case 'line_lost_waiting':
    case 'line_lost_talking': return '回線が切れました';
    case 'media_failed': return '音声がつながりませんでした';
    case 'exchange_lost': return '交換機が止まりました';
    case 'out_of_hours': return '受付時間外の着信';
    case 'year_end': return '年末年始の着信';
    case 'suspended': return '臨時休止中の着信';
    case 'queue_full': return '待ちの数が上限でした';
    case 'operator_ended': return 'こちらから切りました';
    case 'visitor_ended': return '相手が切りました';
    case 'transferred_out': return '転送しました';
    case 'callee_busy': return '話し中でした';
    case 'callee_not_answered': return '応答がありませんでした';
    case 'callee_not_found': return '使われていない番号でした';
    case 'callee_refused': return '相手が断りました';
    case 'dial_forbidden': return '発信できない番号でした';
    case 'dial_failed': return '発信できませんでした';
    case 'dial_given_up': return 'こちらから取りやめました';
  }
}
