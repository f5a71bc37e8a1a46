package io.bakstripe.api.sql.msdb;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;

/** How a column is compared with a literal. */
public enum Comparison {
    EQUAL(order -> order == 0, "="),
    UNEQUAL(order -> order != 0, "<>", "!="),
    LESS(order -> order < 0, "<"),
    AT_MOST(order -> order <= 0, "<="),
    GREATER(order -> order > 0, ">"),
    AT_LEAST(order -> order >= 0, ">=");

    private final IntPredicate holds;
    private final List<String> symbols;

    Comparison(IntPredicate holds, String... symbols) {
        this.holds = holds;
        this.symbols = List.of(symbols);
    }

    /** The comparison that T-SQL writes so; empty for others. */
    public static Optional<Comparison> ofSymbol(String symbol) {
        return Arrays.stream(values())
                .filter(comparison -> comparison.symbols.contains(symbol))
                .findFirst();
    }

    /** @param order as comparators give it: of the column's value to the literal */
    boolean holds(int order) {
        return holds.test(order);
    }
}
