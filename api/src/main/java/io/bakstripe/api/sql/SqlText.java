package io.bakstripe.api.sql;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.sf.jsqlparser.expression.Expression;
import net.sf.jsqlparser.expression.VariableAssignment;
import net.sf.jsqlparser.parser.CCJSqlParserUtil;
import net.sf.jsqlparser.parser.ParseException;
import net.sf.jsqlparser.parser.Token;
import net.sf.jsqlparser.parser.TokenMgrException;
import net.sf.jsqlparser.statement.Statement;
import net.sf.jsqlparser.statement.Statements;
import net.sf.jsqlparser.statement.execute.Execute;
import net.sf.jsqlparser.statement.select.PlainSelect;
import org.jspecify.annotations.Nullable;

/**
 * Reads T-SQL text: {@code exec} and {@code execute} statements with literal arguments, and queries of {@code msdb.dbo.backupset}, separated by semicolons; and
 * statements that begin or end a transaction, which {@link TransactionText} finds.
 *
 * <p>JSqlParser does the parsing. It reads much more; whatever is neither, and every argument that is not a literal, is refused here.
 */
public final class SqlText {
    private static final Pattern NAME_PART = Pattern.compile("\\[([^\\]]*)\\]|\"([^\"]*)\"|([^.]+)");
    private static final Pattern POSITION = Pattern.compile("line (\\d+), column (\\d+)");

    private SqlText() {}

    /** The statements in the order of the text, at least one. What cannot be read throws with {@code SQL_MALFORMED} and the position. */
    public static List<SqlStatement> parse(String text) {
        try {
            List<SqlStatement> read = new ArrayList<>();
            Place place = Place.START;
            for (TransactionText.Part part : TransactionText.parts(text)) {
                String own = text.substring(part.from(), part.to());
                part.transaction().ifPresent(read::add);
                if (part.transaction().isEmpty() && !TransactionText.isBlank(own)) {
                    int first = part.from() == 0 ? 0 : firstOfStatement(own);
                    Place begins = place.behind(own.substring(0, first));
                    for (Statement statement : statements(own.substring(first), begins)) {
                        read.add(read(statement, read.size() + 1));
                    }
                }
                place = place.behind(own);
            }
            if (read.isEmpty()) {
                throw malformed("there is no statement");
            }
            return List.copyOf(read);
        } catch (StackOverflowError tooDeep) {
            // The parser recurses, and so do its expressions; neither holds anything that outlives it.
            throw malformed("it is nested too deeply");
        }
    }

    /** Behind what ends the transaction statement before. */
    private static int firstOfStatement(String part) {
        int first = 0;
        while (TransactionText.isBetween(part.charAt(first))) {
            first++;
        }
        return first;
    }

    /**
     * Where a part of the text begins.
     *
     * @param line from 0
     * @param column from 0
     */
    private record Place(int line, int column) {
        static final Place START = new Place(0, 0);

        Place behind(String part) {
            int lines =
                    (int) part.chars().filter(character -> character == '\n').count();
            int inLine = part.length() - (part.lastIndexOf('\n') + 1);
            return new Place(line + lines, lines == 0 ? column + inLine : inLine);
        }

        /** A place in the part, from 1, as one in the whole text. */
        String of(int lineOfPart, int columnOfPart) {
            return "at line " + (line + lineOfPart) + ", column "
                    + (lineOfPart == 1 ? column + columnOfPart : columnOfPart);
        }
    }

    private static SqlStatement read(Statement statement, int number) {
        if (statement instanceof PlainSelect select) {
            return new SqlQuery(SelectText.read(select));
        }
        if (statement instanceof Execute execute
                && execute.getExecType() != Execute.ExecType.CALL
                && !execute.isParenthesis()) {
            return call(execute);
        }
        throw malformed("statement " + number + " is neither an exec statement nor a query of msdb.dbo.backupset");
    }

    private static List<Statement> statements(String text, Place place) {
        if (text.isEmpty()) {
            // The library has no parser for nothing.
            return List.of();
        }
        try {
            // The complex mode tries every reading of nested brackets, which takes exponential time; literals have
            // none.
            @Nullable Statements statements = CCJSqlParserUtil.newParser(text)
                    .withSquareBracketQuotation(true)
                    .withAllowComplexParsing(false)
                    .Statements();
            return statements == null ? List.of() : statements;
        } catch (ParseException unexpected) {
            throw at(unexpected, place);
        } catch (TokenMgrException unreadable) {
            Matcher position = POSITION.matcher(String.valueOf(unreadable.getMessage()));
            throw position.find()
                    ? malformed("a character or a string that is not closed "
                            + place.of(Integer.parseInt(position.group(1)), Integer.parseInt(position.group(2))))
                    : malformed("a character that is not known");
        }
    }

    private static BakstripeException at(ParseException unexpected, Place place) {
        @Nullable Token last = unexpected.currentToken;
        @Nullable Token found = last == null ? null : last.next;
        if (found == null) {
            return malformed("it is not T-SQL");
        }
        String what = found.kind == 0 ? "the end" : "'" + found.image + "'";
        return malformed((what.length() > 60 ? what.substring(0, 60) + "…" : what) + " is not expected "
                + place.of(found.beginLine, found.beginColumn));
    }

    private static SqlCall call(Execute execute) {
        List<Optional<String>> name = nameParts(execute.getName());
        if (name.size() > 3) {
            throw malformed("'" + execute.getName() + "' is not the name of a procedure on this instance");
        }
        int last = name.size() - 1;
        return new SqlCall(
                last >= 2 ? name.get(last - 2) : Optional.empty(),
                last >= 1 ? name.get(last - 1) : Optional.empty(),
                name.get(last).orElseThrow(() -> malformed("the procedure has no name")),
                values(execute));
    }

    /** JSqlParser joins the parts with dots and writes {@code null} for a part left out, as in {@code rdsadmin..x}. */
    private static List<Optional<String>> nameParts(String joined) {
        List<Optional<String>> parts = new ArrayList<>();
        Matcher matcher = NAME_PART.matcher(joined);
        while (matcher.find()) {
            String plain = matcher.group(3);
            String quoted = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
            parts.add(quoted != null ? Optional.of(quoted) : Optional.of(plain).filter(part -> !part.equals("null")));
        }
        return parts;
    }

    private static List<SqlCall.Value> values(Execute execute) {
        List<SqlCall.Value> values = new ArrayList<>();
        if (execute.getExprList() == null) {
            return values;
        }
        boolean named = false;
        for (Object expression : execute.getExprList()) {
            if (expression instanceof VariableAssignment assignment) {
                String name = assignment.getVariable().getName();
                if (!"=".equals(assignment.getOperation())
                        || assignment.getVariable().isDoubleAdd()) {
                    throw malformed("write @" + name + "=value");
                }
                named = true;
                values.add(new SqlCall.Value(Optional.of(name), Literals.read(assignment.getExpression())));
            } else if (named) {
                throw malformed("value " + (values.size() + 1) + " has no name but follows one that has");
            } else {
                values.add(new SqlCall.Value(Optional.empty(), Literals.read((Expression) expression)));
            }
        }
        return values;
    }

    private static BakstripeException malformed(String why) {
        return BackupError.SQL_MALFORMED.problem(why).asException();
    }
}
