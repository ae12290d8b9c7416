/** What a label can mean, and the words that speak for it. English words match whole, with endings; Japanese anywhere. */
export type Concept = { names: string[]; words: string[] };

const list = (text: string): string[] =>
  text
    .split(/[,\n]/)
    .map((word) => word.trim())
    .filter(Boolean);

const concept = (names: string, words: string): Concept => ({ names: list(names), words: list(words) });

/** Labels that are right when nothing else is. */
export const FALLBACK_NAMES = list(
  'other, others, general, misc, miscellaneous, unknown, none, neutral, medium, normal, default, p3, その他, 一般, 普通, 中, 中立, 不明',
);

export const CONCEPTS: Concept[] = [
  concept(
    'billing, payment, payments, finance, invoice, invoicing, refund, charges, 請求, 支払い, 支払, 課金, 返金, 料金',
    `invoice, invoiced, charge, charged twice, refund, payment, paid, pay, credit card, card, billing, bill, receipt, overcharged,
    subscription, price, money back, bank, 請求, 支払, 返金, 料金, 課金, 二重, 領収書, クレジットカード, 決済, 引き落とし, 明細`,
  ),
  concept(
    'technical, tech, bug, bugs, support, technical support, technical issue, engineering, incident, outage, 技術, 技術的, 不具合, 障害, バグ',
    `error, crash, bug, broken, not working, doesn't work, does not work, fail, slow, timeout, freeze, exception, install, update,
    screen, button, page, upload, download, sync, outage, down, api, エラー, 不具合, 動かない, 動作, 落ちる, 表示されない, 表示, バグ,
    遅い, 接続, 障害, 固まる, アップロード, 更新`,
  ),
  concept(
    'account, access, login, authentication, profile, アカウント, ログイン, 認証',
    `login, log in, logged out, password, sign in, account, locked, username, two-factor, access, profile, email address, reset,
    verification, ログイン, パスワード, アカウント, 認証, サインイン, ロック, 再設定`,
  ),
  concept(
    'shipping, delivery, logistics, order, orders, fulfilment, fulfillment, 配送, 発送, 注文, 配達',
    `delivery, deliver, shipping, shipped, package, parcel, tracking, arrive, courier, order, late, damaged, address, warehouse,
    配送, 発送, 届かない, 届きません, 荷物, 追跡, 注文, 配達, 破損`,
  ),
  concept(
    'sales, pricing, purchase, enterprise, 営業, 購入, 見積, 見積もり',
    `pricing, quote, demo, buy, purchase, upgrade, enterprise, license, discount, trial, seats, plan, 見積, 購入, 導入, 価格, 割引, 契約, プラン`,
  ),
  concept(
    'feature, feature request, request, suggestion, idea, enhancement, 要望, 機能, 機能要望, 改善',
    `feature, suggestion, suggest, would be great, would love, wish, add support, could you add, improve, idea, 要望, 機能を, 追加して, 対応してほしい, 改善`,
  ),
  concept(
    'complaint, feedback, クレーム, 苦情, 意見',
    `complaint, terrible, disappointed, unacceptable, worst, angry, rude, feedback, 苦情, ひどい, 残念, 不満, がっかり`,
  ),
  concept(
    'security, privacy, abuse, fraud, セキュリティ, 不正',
    `hacked, phishing, breach, vulnerability, suspicious, stolen, fraud, leak, privacy, gdpr, password stolen, 不正, 漏洩, 乗っ取, 詐欺, 個人情報`,
  ),
  concept(
    'cancellation, cancel, churn, 解約, 退会, キャンセル',
    `cancel, cancellation, unsubscribe, terminate, close my account, leaving, 解約, 退会, キャンセル`,
  ),
  concept('spam, 迷惑', `winner, lottery, prize, click here, free money, casino, crypto, 当選, 無料で, 今すぐクリック`),
  concept(
    'high, urgent, critical, emergency, p1, p0, 高, 高い, 緊急, 至急, 重大',
    `urgent, urgently, asap, immediately, right now, down, outage, critical, emergency, production, deadline, today, blocked,
    cannot work, lost, losing, as soon as possible, hours, legal, 至急, 緊急, 急ぎ, 今すぐ, 本日中, 今日中, 困って, 止まって, 停止, 業務`,
  ),
  concept(
    'low, minor, trivial, p4, 低, 低い, 軽微',
    `whenever, no rush, no hurry, curious, wondering, minor, small, nice to have, someday, suggestion, idea, 急ぎません, 急がない, いつでも, 気になった, 要望`,
  ),
  concept(
    'positive, happy, satisfied, good, praise, ポジティブ, 肯定的, 好意的',
    `thank, thanks, great, love, excellent, perfect, wonderful, amazing, happy, helpful, good, fast, easy, 素晴らしい, ありがとう, 助かり, 満足, 嬉しい, 便利, 良い, 最高`,
  ),
  concept(
    'negative, unhappy, dissatisfied, bad, angry, frustrated, ネガティブ, 否定的, 不満',
    `not, never, bad, terrible, awful, angry, frustrated, frustrating, disappointed, unacceptable, worst, broken, twice, still, useless,
    annoying, problem, error, fail, 困, 不満, ひどい, 最悪, 残念, 怒, 不具合, エラー, できない, できません, 届かない, 遅い, まだ`,
  ),
  concept('yes, true, はい', `yes, correct, agree, confirmed, approved, ok, okay, はい, 承認, 同意, 正しい`),
  concept('no, false, いいえ', `no, not, never, wrong, denied, disagree, rejected, いいえ, 違い, 拒否, 却下`),
];

/** Words that speak for a yes to a question such as `urgent` or `refund_requested`, by a word in the property's name. */
export const FLAG_WORDS: [pattern: RegExp, conceptName: string][] = [
  [/urgen|priorit|escalat|緊急|至急/i, 'urgent'],
  [/refund|billing|payment|返金/i, 'refund'],
  [/bug|technical|incident|障害/i, 'bug'],
  [/spam/i, 'spam'],
  [/negativ|angry|complain|upset|不満/i, 'negative'],
  [/positiv|happy|satisf|満足/i, 'positive'],
  [/cancel|churn|解約/i, 'cancel'],
];
