package io.bakstripe.api.sql;

import java.util.Optional;

/**
 * A statement that begins or ends a transaction (row L13).
 *
 * @param name that the statement gives the transaction
 * @param only when the statement has effect; absent for always
 */
public record SqlTransaction(Kind kind, Optional<String> name, Optional<Condition> only) implements SqlStatement {
    /** What the statement does. */
    public enum Kind {
        /** {@code begin transaction}: one level deeper. */
        BEGIN,
        /** {@code commit}: one level up. */
        COMMIT,
        /** {@code rollback}: out of all levels. */
        ROLLBACK
    }

    /** {@code if @@trancount …}, with one of the operators of T-SQL. */
    public record Condition(String operator, int count) {
        /** Whether it holds while so many transactions are open. */
        public boolean holds(int open) {
            return switch (operator) {
                case "=" -> open == count;
                case "<>", "!=" -> open != count;
                case ">" -> open > count;
                case ">=", "!<" -> open >= count;
                case "<" -> open < count;
                case "<=", "!>" -> open <= count;
                default -> throw new IllegalStateException("no operator: " + operator);
            };
        }
    }
}
