"""Texts that break careless programs, in groups. All of our own making; in escapes, so that diffs stay readable.

U+0000 and half surrogate pairs are in `REFUSED`: the rules turn them away. All others must come back to the code point.
"""

MARKUP = [
    "<script>alert('n1')</script>", "</title><script>alert('n2')</script>", "</textarea><script>alert('n3')</script>",
    '"><img src=n4 onerror=alert(4)>', "' onfocus=alert(5) autofocus x='", "<svg/onload=alert(6)>", "<!-- n7 -->",
    "--><b>n8</b>", "<![CDATA[n9]]>", "<?php echo 'n10' ?>", "<a href=javascript:alert(11)>n11</a>",
    "&lt;b&gt;n12&lt;/b&gt;", "&amp;amp;amp;", "&#60;script&#62;n14", "&nbsp;&zwj;&Tab;", "&notanentity;", "<b", "<",
    ">", "&", '"', "'", "`", "</", "<//>", "<>", "< script >n27</ script >", "<ScRiPt>n28</sCrIpT>",
    "<style>*{color:red}</style>", "<iframe srcdoc='n30'>", "<form action=/x><button>n31", "<base href=//n32.example>",
    "<meta http-equiv=refresh content=0>", "<plaintext>n34", "<xmp>n35", "<noscript>n36", "<template>n37",
    "<option selected>n38</option>", "</option></select>n39", "</form>n40", "javascript:alert(41)",
    "data:text/html,<b>n42</b>", "{{constructor.constructor('n43')()}}", "\u2028<b>\u2029</b>n",
    "\uff1cscript\uff1en45\uff1c/script\uff1e", "<a\u0000b>"[:2] + "b>",
]  # fmt: skip
MARKDOWN = [
    "# heading", "**bold** _em_ ~~gone~~", "[a](javascript:alert(1))", "![i](x\" onerror=\"alert(1))", "```\nunclosed",
    "~~~html\n<b>\n~~~", "|a|b|\n|-|-|\n|<i>|`|`|", "> > > deep", "- a\n  - b\n    - c", "1) one\n2) two", "***",
    "---\n===", "\\*not em\\*", "<http://example.org/?a=b&c=d>", "[ref]: /x '\"'\n\n[ref]", "[^1]\n\n[^1]: foot",
    "- [ ] box", "`` ` ``", "*a **b*c**", "[[]]()", "![](", "[](", "&copy;&#x1f600;",
    "line one  \nline two\\\nline three", ":smile: @me #tag",
]  # fmt: skip
QUERIES = [
    "'; DROP TABLE note; --", "' OR '1'='1", "\" OR \"\"=\"", "1; SELECT pg_sleep(9)",
    "Robert'); DELETE FROM \"user\";--", "\\'; --", "$$ || $$", "E'\\x41'", "U&'\\0041'", "%", "_", "100%", "a_b%c\\d",
    "\\%", "\\_", "%%%", "[a-z]%", "(a|b)+", "a:*", "a & b | !c", "a <-> b", "a <2> b", "'a':1A", "!!", "()", ":A",
    "((a)", "a:*b:*", "& & &", "*", "?", "a?b*c", "NULL", "null", "None", "undefined", "NaN", "true", "-0", "1e309",
    "0x1F", "\\x00", "\\u0000", "\\N", "\\.", "COPY x FROM STDIN",
]  # fmt: skip
TEMPLATES = [
    "{{ 7 * 7 }}", "{% if x %}", "{# gone #}", "{{ config }}", "{{ ''.__class__.__mro__ }}", "${7*7}", "#{7*7}",
    "<%= 7*7 %>", "%s%s%s%n", "%d %x %(name)s", "%", "%%s", "{0}{1}{}", "{name!r:>{width}}", "{", "}", "{}",
    "$HOME ${IFS}", "`id`", "$(id)", "; id", "| id", "&& id", "../../../../etc/passwd", "..\\..\\windows",
    "file:///etc/passwd", "/dev/null", "-rf", "--help", "@file", "~root", "CON", "nul.txt", "a\tb,c;\"d\"", "=1+1",
    "+1", "-1+1", "@SUM(1)", "=cmd|' /C calc'!A0", "\\\\host\\share", "!important", "#!/bin/sh", "Set-Cookie: a=b",
    "a\r\nX-Injected: yes", "a\nX-Injected: yes", "Content-Length: 0\r\n\r\n", "From: a@example.org\n.\n",
    "(){ :;}; echo n",
]  # fmt: skip
BREAKS = [
    "\nleading", "\n\nleading two", "\r\nleading", "trailing\n", "trailing\r\n", "a\rb", "a\r\rb", "a\n\rb",
    "a\r\nb\nc\rd", "\n\n\na\n\n\n", "a\u2028b", "a\u2029b", "a\x85b", "a\x0bb", "a\x0cb", " a ", "\ta\t", "  a",
    "a  ", "a  b", "\u00a0a\u00a0", "\u3000a\u3000", "\u2003a\u2009", "\u1680a", "a\u202fb", "a\u205fb", "\ufeffa",
    "a\ufeff", "\u200ba\u200b", "\u2060a", "\u00ada\u00ad", "\u180ea",
]  # fmt: skip
CONTROLS = [chr(code) + "c" for code in range(1, 32) if code not in (9, 10, 11, 12, 13)] + [
    "\x7fc", "\x80c", "\x9fc", "\x1b[31mred\x1b[0m", "\x07\x08\x1b", "a\x08b", "\x04", "\x1a", "\ufffe", "\uffff",
    "a\ufffeb", "\ufdd0", "\U0001fffe", "\U0010ffff", "\ue000", "\U000f0000", "\ufffd", "\ufff9a\ufffab\ufffb",
]  # fmt: skip
LETTERS = [
    "e\u0301", "\u00e9", "\u1e9b\u0323", "\ufb01", "\u212b", "\u2126", "\u0130", "\u0131", "\u00df", "\u1e9e",
    "\u01c5", "\u03c2\u03c3\u03a3", "a\u0300\u0301\u0302\u0303\u0304", "Z" + "\u0317\u031f\u0310" * 12, "\u0b95\u0bca",
    "\u0e01\u0e33", "\u1100\u1161\u11a8", "\uac01", "\u0915\u094d\u0937", "\u0627\u0644\u0639\u0631\u0628\u064a\u0629",
    "\u05e9\u05dc\u05d5\u05dd", "\u202eabc", "\u202da\u202cb", "\u2066a\u2069", "\u200fabc\u200e",
    "abc \u05d0\u05d1\u05d2 def", "\u061c", "\u4e2d\u6587", "\u65e5\u672c\u8a9e", "\ud55c\uad6d\uc5b4",
    "\u0440\u0443\u0441\u0441\u043a\u0438\u0439", "\u0430dmin", "\U0001d4d7\U0001d4ee\U0001d4f5\U0001d4f5\U0001d4f8",
    "\u24d7\u24d8", "\uff21\uff22\uff23", "\u2160\u2161", "\u0661\u0662\u0663", "\u00b2\u00b3", "\u00bd", "\u221e",
    "\u2211\u222b", "\ufdfd", "\u1242\u12f0\u1293", "\U00012000", "\U0001f600",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466", "\U0001f3f3\ufe0f\u200d\U0001f308",
    "\U0001f1e6\U0001f1f9", "\U0001f44d\U0001f3ff", "1\ufe0f\u20e3", "\u2764\ufe0f", "\u2764\ufe0e", "\U000e0061",
    "\ufe0f", "\u200d", "\u0301", "\u034f", "\U0001f600" * 100, "\u00e9" * 100, "x" * 100, "\u0301" * 100,
]  # fmt: skip
REFUSED = [
    "\x00", "a\x00b", "\x00a", "a\x00", "a\x00<b>", "\ud800", "\udfff", "a\ud800b", "\udc00\ud800", "\ud83d", "\ude00",
    "a\udbff\ud800", "\ud800\x00", "x" * 50 + "\udc80",
]  # fmt: skip

GROUPS = {
    "markup": MARKUP, "markdown": MARKDOWN, "queries": QUERIES, "templates": TEMPLATES, "breaks": BREAKS,
    "controls": CONTROLS, "letters": LETTERS, "refused": REFUSED,
}  # fmt: skip
