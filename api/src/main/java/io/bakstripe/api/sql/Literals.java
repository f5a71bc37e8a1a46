package io.bakstripe.api.sql;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import java.math.BigDecimal;
import net.sf.jsqlparser.expression.DoubleValue;
import net.sf.jsqlparser.expression.Expression;
import net.sf.jsqlparser.expression.LongValue;
import net.sf.jsqlparser.expression.NullValue;
import net.sf.jsqlparser.expression.SignedExpression;
import net.sf.jsqlparser.expression.StringValue;
import org.jspecify.annotations.Nullable;

/** Values as they are written in statements. */
final class Literals {
    private Literals() {}

    /** Text, a {@link BigDecimal} or null; an expression that is no literal throws with {@code SQL_MALFORMED}. */
    static @Nullable Object read(Expression expression) {
        if (expression instanceof StringValue string && isPlain(string.getPrefix())) {
            return string.getNotExcapedValue();
        }
        if (expression instanceof NullValue) {
            return null;
        }
        return number(expression);
    }

    private static boolean isPlain(@Nullable String prefix) {
        return prefix == null || prefix.equalsIgnoreCase("N");
    }

    private static BigDecimal number(Expression expression) {
        if (expression instanceof LongValue whole) {
            return new BigDecimal(whole.getBigIntegerValue());
        }
        if (expression instanceof DoubleValue) {
            return new BigDecimal(expression.toString());
        }
        if (expression instanceof SignedExpression signed && "+-".indexOf(signed.getSign()) >= 0) {
            BigDecimal value = number(signed.getExpression());
            return signed.getSign() == '-' ? value.negate() : value;
        }
        throw noLiteral(expression);
    }

    private static BakstripeException noLiteral(Expression expression) {
        String shown = expression.toString();
        return BackupError.SQL_MALFORMED
                .problem("%s is not a literal; write text in single quotation marks"
                        .formatted(shown.length() > 60 ? "a value" : shown))
                .asException();
    }
}
