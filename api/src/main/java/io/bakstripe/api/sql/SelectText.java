package io.bakstripe.api.sql;

import io.bakstripe.api.sql.msdb.BackupSetColumn;
import io.bakstripe.api.sql.msdb.BackupSetQuery;
import io.bakstripe.api.sql.msdb.Comparison;
import io.bakstripe.api.sql.msdb.Condition;
import io.bakstripe.api.sql.msdb.QueryRefusal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import net.sf.jsqlparser.expression.Alias;
import net.sf.jsqlparser.expression.Expression;
import net.sf.jsqlparser.expression.LongValue;
import net.sf.jsqlparser.expression.operators.conditional.AndExpression;
import net.sf.jsqlparser.expression.operators.relational.ComparisonOperator;
import net.sf.jsqlparser.expression.operators.relational.ParenthesedExpressionList;
import net.sf.jsqlparser.schema.Column;
import net.sf.jsqlparser.schema.Table;
import net.sf.jsqlparser.statement.select.AllColumns;
import net.sf.jsqlparser.statement.select.OrderByElement;
import net.sf.jsqlparser.statement.select.PlainSelect;
import net.sf.jsqlparser.statement.select.SelectItem;
import net.sf.jsqlparser.statement.select.Top;
import org.jspecify.annotations.Nullable;

/**
 * Reads a {@code select} of {@code msdb.dbo.backupset}.
 *
 * <p>The library's statements have dozens of clauses. To be sure that none is overlooked, a statement is written anew from the clauses that are read here: one
 * that comes out differently has others, and is refused.
 */
final class SelectText {
    private static final String TABLE = "backupset";

    private final PlainSelect select;
    private final String tableName;

    private SelectText(PlainSelect select) {
        this.select = select;
        this.tableName = tableName(select);
    }

    /** The query; everything that is not understood throws with {@code SQL_MALFORMED}. The statement is of no use afterwards. */
    static BackupSetQuery read(PlainSelect select) {
        return new SelectText(select).query();
    }

    private BackupSetQuery query() {
        List<Condition> where = where(select.getWhere());
        List<BackupSetQuery.Order> order = order(select.getOrderByElements());
        Optional<Integer> top = top(select.getTop());
        // Its text is not needed for the comparison and may be long.
        select.setWhere(null);
        PlainSelect understood = new PlainSelect();
        understood.setTop(select.getTop());
        understood.setSelectItems(select.getSelectItems());
        understood.setFromItem(select.getFromItem());
        understood.setOrderByElements(select.getOrderByElements());
        if (!understood.toString().equals(select.toString())) {
            throw QueryRefusal.of("the query has more than select, top, from, where and order by");
        }
        return new BackupSetQuery(outputs(select.getSelectItems()), top, where, order);
    }

    /** What columns may be qualified with. */
    private static String tableName(PlainSelect select) {
        if (!(select.getFromItem() instanceof Table table)) {
            throw QueryRefusal.of("the query is not of msdb.dbo.backupset");
        }
        boolean known = TABLE.equalsIgnoreCase(table.getUnquotedName())
                && isOrAbsent("dbo", table.getUnquotedSchemaName())
                && isOrAbsent("msdb", table.getUnquotedDatabaseName())
                && table.getNameParts().size() <= 3;
        if (!known) {
            throw QueryRefusal.of("the query is not of msdb.dbo.backupset but of " + table.getFullyQualifiedName());
        }
        @Nullable Alias alias = table.getAlias();
        String shown = table.getFullyQualifiedName() + (alias == null ? "" : alias.toString());
        if (!shown.equals(table.toString()) || (alias != null && alias.getAliasColumns() != null)) {
            throw QueryRefusal.of("the table has hints or the like");
        }
        return alias == null ? TABLE : alias.getUnquotedName();
    }

    private static boolean isOrAbsent(String expected, @Nullable String given) {
        return given == null || given.isEmpty() || given.equalsIgnoreCase(expected);
    }

    private List<BackupSetQuery.Output> outputs(List<SelectItem<?>> items) {
        List<BackupSetQuery.Output> outputs = new ArrayList<>();
        for (SelectItem<?> item : items) {
            Expression expression = item.getExpression();
            if (expression instanceof AllColumns && item.toString().equals("*")) {
                Arrays.stream(BackupSetColumn.values())
                        .map(BackupSetQuery.Output::new)
                        .forEach(outputs::add);
            } else {
                BackupSetColumn column = column(expression);
                @Nullable Alias alias = item.getAlias();
                outputs.add(
                        alias == null
                                ? new BackupSetQuery.Output(column)
                                : new BackupSetQuery.Output(column, alias.getUnquotedName()));
            }
        }
        return outputs;
    }

    private BackupSetColumn column(Expression expression) {
        if (!(expression instanceof Column column) || !column.toString().equals(column.getFullyQualifiedName())) {
            throw QueryRefusal.of("'" + shortened(expression) + "' is not a column");
        }
        @Nullable Table qualifier = column.getTable();
        boolean ours = qualifier == null
                || (isOrAbsent(tableName, qualifier.getUnquotedName())
                        && isOrAbsent("dbo", qualifier.getUnquotedSchemaName())
                        && isOrAbsent("msdb", qualifier.getUnquotedDatabaseName()));
        if (!ours) {
            throw QueryRefusal.of("'" + shortened(expression) + "' is not a column of " + tableName);
        }
        return BackupSetColumn.ofName(column.getUnquotedColumnName());
    }

    /** Without recursion: conditions may be many. */
    private List<Condition> where(@Nullable Expression whole) {
        List<Condition> conditions = new ArrayList<>();
        Deque<Expression> left = new ArrayDeque<>();
        if (whole != null) {
            left.push(whole);
        }
        while (!left.isEmpty()) {
            Expression next = left.pop();
            if (next instanceof AndExpression and) {
                left.push(and.getRightExpression());
                left.push(and.getLeftExpression());
            } else if (next instanceof ParenthesedExpressionList<?> bracket && bracket.size() == 1) {
                left.push(bracket.get(0));
            } else {
                conditions.add(condition(next));
            }
        }
        return conditions;
    }

    private Condition condition(Expression expression) {
        if (!(expression instanceof ComparisonOperator comparison)) {
            throw QueryRefusal.of("'" + shortened(expression) + "' does not compare a column with a literal");
        }
        Expression left = comparison.getLeftExpression();
        Expression right = comparison.getRightExpression();
        String symbol = comparison.getStringExpression();
        boolean plain = comparison.toString().equals(left + " " + symbol + " " + right);
        Comparison known = Comparison.ofSymbol(symbol)
                .filter(found -> plain)
                .orElseThrow(() -> QueryRefusal.of("'" + shortened(expression) + "' is not understood"));
        BackupSetColumn column = column(left);
        @Nullable Object literal = Literals.read(right);
        if (literal == null) {
            throw QueryRefusal.of("nothing compares with null");
        }
        return new Condition(column, known, literal);
    }

    private List<BackupSetQuery.Order> order(@Nullable List<OrderByElement> elements) {
        if (elements == null) {
            return List.of();
        }
        return elements.stream().map(this::order).toList();
    }

    private BackupSetQuery.Order order(OrderByElement element) {
        BackupSetColumn column = column(element.getExpression());
        String direction = element.isAscDescPresent() && element.isAsc() ? " ASC" : "";
        if (!element.toString().equals(element.getExpression() + (element.isAsc() ? direction : " DESC"))) {
            throw QueryRefusal.of("the order '" + shortened(element) + "' is not understood");
        }
        return new BackupSetQuery.Order(column, element.isAsc());
    }

    private static Optional<Integer> top(@Nullable Top top) {
        if (top == null) {
            return Optional.empty();
        }
        boolean plain = !top.isPercentage() && !top.isWithTies();
        if (!plain
                || !(top.getExpression() instanceof LongValue count)
                || count.getBigIntegerValue().bitLength() > 31) {
            throw QueryRefusal.of("top takes a whole number");
        }
        return Optional.of(count.getBigIntegerValue().intValueExact());
    }

    private static String shortened(Object written) {
        String text = written.toString();
        return text.length() > 60 ? text.substring(0, 60) + "…" : text;
    }
}
