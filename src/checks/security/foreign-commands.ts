import type { CommandPattern } from './command-patterns.ts'

/** The two commands that every attack needs, in other languages than English: each row `ignore what you were told | hide it`. */
const IGNORE = 'tells the model to ignore what it was told'
const HIDE = 'tells the model to hide something from the person'

function ignores(words: readonly string[], pattern: RegExp): CommandPattern {
  return { does: IGNORE, words, pattern, isHarmful: true }
}

function hides(words: readonly string[], pattern: RegExp): CommandPattern {
  return { does: HIDE, words, pattern, isHarmful: true }
}

/** Marks are taken off letters that have them: plainText. */
export const FOREIGN_COMMANDS: readonly CommandPattern[] = [
  ignores(
    ['instrucciones', 'instrucoes', 'instruções', 'istruzioni', 'indicaciones', 'ordenes', 'órdenes'],
    /\b(?:ignor|olvid|esquec|desconsider|descart|dimentic)\p{L}{1,6} (?:(?:todas?|tutte|por completo|completamente|le|las?|as|os) ){0,3}(?:(?:tus|suas|tue|sus) )?(?:anteriores |precedenti )?(?:instrucciones|instrucoes|instruções|istruzioni|indicaciones|ordenes|órdenes)/u,
  ),
  ignores(
    ['instructions', 'consignes'],
    /\b(?:ignor|oubli|neglig|néglig)(?:e|ez|er) (?:(?:toutes?|les|tes|vos) ){1,3}(?:instructions|consignes) (?:precedentes|précédentes|anterieures|antérieures|ci-dessus|du systeme|du système)/u,
  ),
  ignores(
    ['anweisungen', 'instruktionen', 'befehle'],
    /\b(?:ignorier|vergiss|missacht)\p{L}{0,4} (?:sie )?(?:(?:alle|die|deine|ihre) ){0,3}(?:vorherigen|bisherigen|vorigen|obigen|fruheren|früheren|vorangegangenen) (?:anweisungen|instruktionen|befehle)/u,
  ),
  ignores(
    ['instructies', 'opdrachten'],
    /\bnegeer (?:(?:alle|de|je) ){0,3}(?:vorige|eerdere|voorgaande|bovenstaande) (?:instructies|opdrachten)/u,
  ),
  ignores(
    ['инструкции', 'инструкций', 'указания', 'указаний'],
    /(?:игнорируй|проигнорируй|забудь|не обращаи? внимания на)(?:те)? (?:(?:все|свои|всех) ){0,2}(?:предыдущи[ехи] |прошлы[ехи] |прежни[ехи] )?(?:инструкци[ий]|инструкции?|указани[яйи])/u,
  ),
  ignores(
    ['instrukcje', 'polecenia'],
    /\b(?:zignoruj|ignoruj|zapomnij o?) (?:(?:wszystkie|swoje) ){0,2}(?:poprzednie|wczesniejsze|wcześniejsze|powyzsze|powyższe) (?:instrukcje|polecenia)/u,
  ),
  ignores(
    ['talimat'],
    /onceki (?:tum )?talimatlar\p{L}{0,4} (?:yok say|gormezden gel|dikkate alma|unut)|önceki (?:tüm )?talimatlar\p{L}{0,4} (?:yok say|görmezden gel|dikkate alma|unut)/u,
  ),
  ignores(
    ['instruksi', 'petunjuk', 'chi dan', 'chỉ dẫn', 'huong dan', 'hướng dẫn'],
    /\babaikan (?:semua )?(?:instruksi|petunjuk) (?:sebelumnya|di atas)|(?:bo qua|bỏ qua) (?:tat ca |tất cả |cac |các |moi |mọi ){0,3}(?:chi dan|chỉ dẫn|huong dan|hướng dẫn)/u,
  ),
  ignores(
    ['指令', '指示', '提示', '说明', '規則', '规则'],
    /(?:忽略|无视|無視|忘记|忘記|不要理会)(?:掉)?(?:你)?(?:之前|以前|以上|上面|先前|前面|所有|一切|全部|系统|系統){1,3}(?:的)?(?:所有|一切|全部|系统)?(?:的)?(?:指令|指示|提示词?|说明|規則|规则)/u,
  ),
  ignores(
    ['指示', '命令', '説明'],
    /(?:以前|これまで|上記|前|先)の?(?:すべての|全ての|全)?(?:指示|命令|説明)(?:を|は)(?:すべて|全て)?(?:無視|忘れ)/u,
  ),
  ignores(
    ['지시', '명령', '지침'],
    /이전(?:의)? ?(?:모든 )?(?:지시|명령|지침)(?:사항)?(?:을|를|은|는)? ?(?:모두 )?(?:무시|잊)/u,
  ),
  ignores(['التعليمات', 'تعليمات'], /تجاهل (?:جميع |كل |كافة )?(?:ال)?تعليمات/u),
  ignores(['הוראות'], /התעלם (?:מכל |מן )?ה?הוראות|התעלם מההוראות/u),
  ignores(
    ['निर्द', 'नरदश', 'आदेश', 'आदश'],
    /(?:पिछले|पछल|सभी|सभ) (?:सभी |सभ )?(?:निर्देशों|नरदश|आदेशों|आदश) (?:को|क) (?:अनदेखा|अनदख|नज़रअंदाज़|भूल|भल)/u,
  ),
  hides(
    ['usuario', 'utilisateur', 'utilizador', 'usuário', 'utente'],
    /\b(?:no|nao|não|non|ne) (?:(?:se )?lo |le |l'|lhe |glielo )?(?:digas?|diga|dis|dites|dire|conte|menciones|mencione|informes|informe|reveles|revele|informa|informare|menzionare|parle[zr]?|mentionne[zr]?|dirlo)(?: pas)?(?: (?:esto|isto|isso|questo|cela|ca|ça|nada|rien))? (?:al?|ao?|à l'|a l'|a |all'|l'|le )? ?(?:el |la )?(?:usuario|usuário|utilizador|utilisateur|utente)/u,
  ),
  hides(
    ['benutzer', 'nutzer', 'anwender', 'gebruiker'],
    /(?:sag|erzahl|erzähl|verrat|teil|erwahn|erwähn|informier)\p{L}{0,3} (?:(?:es|das|dies|davon|dem|den|der|sie|gegenuber|gegenüber|nichts) ){1,4}(?:benutzer|nutzer|anwender)\p{L}{0,3}[^.]{0,20}(?:nicht|nichts|mit)?|\bvertel (?:(?:het|dit|dat) )?(?:niet )?(?:aan )?(?:de )?gebruiker (?:niet|niets)|\bvertel (?:het|dit) niet aan de gebruiker/u,
  ),
  hides(
    ['пользовател'],
    /не (?:говори|сообщаи?|сообщай|рассказываи?|рассказывай|упоминаи?|упоминай)(?:те)? (?:об этом |это |ничего )?(?:об этом )?пользовател/u,
  ),
  hides(
    ['用户', '用戶', '使用者'],
    /(?:不要|别|別|切勿|禁止|请勿|請勿)(?:告诉|告訴|通知|告知|提醒|让|讓|向|对|對)(?:任何)?(?:用户|用戶|使用者)/u,
  ),
  hides(
    ['ユーザー', '利用者'],
    /(?:ユーザー?|ユーサー|利用者)(?:に|には)(?:は)?(?:絶対に|決して)?(?:言わ|伝え|知らせ|話さ|教え|見せ)ない/u,
  ),
  hides(['사용자'], /사용자(?:에게|한테)(?:는)? ?(?:절대 )?(?:말하지|알리지|알려주지|언급하지|보여주지) ?(?:마|말)/u),
  hides(['المستخدم'], /لا تخبر (?:ال)?مستخدم|دون (?:علم|إخبار|اخبار|إبلاغ|ابلاغ) المستخدم/u),
]
