// A refusal in words: what happened and what to do.
import type { Code } from '$generated/Code';

/** Why something that was asked for did not happen. */
export function codeText(code: Code): string {
  switch (code) {
    case 'gone': return '対象がもうありません。ほかの席で済んだか、相手が終えました。';
    case 'taken': return 'ほかの担当が先に応答しました。';
    case 'too_late': return '応答の時間が過ぎました。次の担当へ回しています。';
    case 'stale_fence': return 'この対応は、ほかの席に移りました。';
    case 'wrong_state': return 'いまの状態ではできません。状態を確かめてください。';
    case 'not_signed_in': return 'ログインが切れました。もう一度ログインしてください。';
    case 'replaced': return '別の場所でログインしたため、こちらは終了しました。';
    case 'no_media': return '音声の回線がつながっていません。つながってから、もう一度お試しください。';
    case 'wrong_password': return '利用者番号またはパスワードが違います。確かめて、もう一度入力してください。';
    case 'locked': return '続けて間違えたため、しばらくログインできません。15分ほど待つか、管理者に連絡してください。';
    case 'unauthorised': return 'ログインの期限が切れました。もう一度ログインしてください。';
    case 'server_too_old': return 'サーバーの版がこのアプリより古いため、つながりません。新しくするのはサーバーです。管理者に連絡してください。このパソコンに保存した対応記録は残っていて、つながると自動で送ります。';
    case 'client_too_old': return 'このアプリの版がサーバーより古いため、つながりません。新しくするのはこのアプリです。管理者に連絡してください。このパソコンに保存した対応記録は残っていて、つながると自動で送ります。';
    case 'too_large': return '送る内容が大きすぎます。短くして、もう一度お試しください。';
    case 'too_many': return '操作が多すぎます。少し待って、もう一度お試しください。';
    case 'malformed': return 'サーバーに伝わりませんでした。もう一度お試しください。続くときは管理者に連絡してください。';
    case 'no_exchange': return '交換機につながっていません。つながるまでお待ちください。';
    case 'already_waiting': return 'このブースは、すでに呼び出し中です。';
    case 'queue_full': return '待ちの数が上限です。';
    case 'closed': return 'いまは受付時間外です。';
    case 'store_down': return 'サーバーが記録を保存できません。少し待って、もう一度お試しください。';
    case 'unreachable': return 'サーバーにつながりません。ネットワークを確かめて、もう一度お試しください。';
    case 'no_keyring': return 'このパソコンに鍵の保管場所がありません。次に起動したときは、もう一度ログインしてください。';
    case 'in_talk_elsewhere': return 'ほかのパソコンで対応中です。';
    case 'expired': return '時間が過ぎたため、無効になりました。もう一度お試しください。';
    case 'individual_number': return '個人番号と思われる数字は、送ることも記録することもできません。数字を消して、もう一度入力してください。';
    case 'secret_text': return '暗証番号やパスワードと思われる文字は、送ることも記録することもできません。消して、もう一度入力してください。';
    case 'not_ready': return '相手はいま受けられません。状態を確かめて、ほかの相手を選んでください。';
    case 'never_here': return 'このパソコンでは、サーバーにつながってからの初回ログインがまだです。ネットワークを確かめてください。';
    case 'offline_too_long': return 'サーバーにつながらない期間が上限を超えました。ネットワークにつないで、ログインしてください。';
    case 'no_number': return '発信番号は通知されていないか、もう残っていません。相手にたずねて入力してください。';
    case 'not_checked': return '業務責任者の確認がまだの連絡票です。確認のあとで、送付済にしてください。';
    case 'bad_length': return '文字が空か、長すぎます。200字までで入力してください。';
  }
}
