package io.bakstripe.api.sql;

import io.bakstripe.api.sql.SqlTransaction.Condition;
import io.bakstripe.api.sql.SqlTransaction.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the statements of a text that begin or end transactions, which the parser of the other statements does not read: {@code begin tran},
 * {@code commit}, {@code rollback}, each with or without a name, and {@code if @@trancount > 0} before the last two. They need no semicolon, as in
 * T-SQL. Strings, quoted names and comments are passed over. Other uses of these words are left in the text, to be refused there.
 */
final class TransactionText {
    /**
     * A part of the text, in its order.
     *
     * @param transaction the statement; absent for other text
     * @param from where it begins in the text
     * @param to behind its last character
     */
    record Part(Optional<SqlTransaction> transaction, int from, int to) {}

    private static final String NAME = "(?:\\s+([A-Za-z_#][\\w$#]*))?";
    private static final String COMMENT = "--[^\\n]*+|/\\*(?s:.)*?(?:\\*/|\\z)";
    /** A doubled quotation mark inside a string is the end of one string and the beginning of the next, which comes to the same here. */
    private static final Pattern PASSED =
            Pattern.compile("'[^']*+'?|\"[^\"]*+\"?|\\[[^\\]]*+\\]?|" + COMMENT + "|[@#$_.\\p{L}\\p{N}]++");

    private static final Pattern COMMENTS = Pattern.compile(COMMENT);
    private static final Pattern BEGIN = ofWords("begin\\s+tran(?:saction)?" + NAME);
    private static final Pattern END = ofWords("(?:if\\s+@@trancount\\s*([<>]=?|<>|!=|=|!<|!>)\\s*(\\d{1,6})\\s+)?"
            + "(commit|rollback)(?:\\s+tran(?:saction)?" + NAME + "|\\s+work)?");
    /** A word behind a statement that belongs to the next one, not to this one as its name. */
    private static final Pattern NEXT_STATEMENT =
            Pattern.compile("exec|execute|select|begin|commit|rollback|if|save", Pattern.CASE_INSENSITIVE);

    private TransactionText() {}

    private static Pattern ofWords(String words) {
        return Pattern.compile("(?i)" + words + "(?![\\p{L}\\p{N}_$#@.])");
    }

    /** The whole text in parts; one part where there are no transactions. */
    static List<Part> parts(String text) {
        List<Part> parts = new ArrayList<>();
        Matcher passed = PASSED.matcher(text);
        int begun = 0;
        int at = 0;
        while (at < text.length()) {
            Optional<Part> found = isWordStart(text.charAt(at)) ? transaction(text, at) : Optional.empty();
            if (found.isPresent()) {
                parts.add(new Part(Optional.empty(), begun, at));
                parts.add(found.get());
                at = found.get().to();
                begun = at;
            } else {
                passed.region(at, text.length());
                at = passed.lookingAt() ? passed.end() : at + 1;
            }
        }
        parts.add(new Part(Optional.empty(), begun, text.length()));
        return parts;
    }

    /** True for text in which there is no statement. */
    static boolean isBlank(String text) {
        return COMMENTS.matcher(text).replaceAll("").chars().allMatch(TransactionText::isBetween);
    }

    /** True for what may stand before and behind a statement. */
    static boolean isBetween(int character) {
        return character == ';' || Character.isWhitespace(character);
    }

    private static boolean isWordStart(char first) {
        return "bcriBCRI".indexOf(first) >= 0;
    }

    private static Optional<Part> transaction(String text, int at) {
        Matcher begin = BEGIN.matcher(text).region(at, text.length());
        if (begin.lookingAt()) {
            return Optional.of(part(Kind.BEGIN, begin, 1, Optional.empty()));
        }
        Matcher end = END.matcher(text).region(at, text.length());
        if (!end.lookingAt()) {
            return Optional.empty();
        }
        Optional<Condition> only = Optional.ofNullable(end.group(1))
                .map(operator -> new Condition(operator, Integer.parseInt(end.group(2))));
        return Optional.of(part(Kind.valueOf(end.group(3).toUpperCase(Locale.ROOT)), end, 4, only));
    }

    private static Part part(Kind kind, Matcher statement, int group, Optional<Condition> only) {
        Optional<String> name = Optional.ofNullable(statement.group(group));
        boolean foreign =
                name.filter(word -> NEXT_STATEMENT.matcher(word).matches()).isPresent();
        int to = foreign ? statement.start(group) : statement.end();
        return new Part(
                Optional.of(new SqlTransaction(kind, foreign ? Optional.empty() : name, only)), statement.start(), to);
    }
}
