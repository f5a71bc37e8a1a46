package io.bakstripe.api.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransactionTextTest {
    @Test
    void readsStatementsThatBeginAndEndTransactionsBetweenCalls() {
        List<SqlStatement> statements = SqlText.parse("begin tran nightly exec rds_task_status; IF @@TRANCOUNT >= 1 "
                + "ROLLBACK TRANSACTION nightly; Commit Work;exec rds_task_status commit tran");

        assertThat(statements).hasSize(6);
        assertThat(statements.get(0))
                .isEqualTo(new SqlTransaction(SqlTransaction.Kind.BEGIN, Optional.of("nightly"), Optional.empty()));
        assertThat(statements.get(1)).isInstanceOf(SqlCall.class);
        assertThat(statements.get(2))
                .isEqualTo(new SqlTransaction(
                        SqlTransaction.Kind.ROLLBACK,
                        Optional.of("nightly"),
                        Optional.of(new SqlTransaction.Condition(">=", 1))));
        assertThat(statements.get(3))
                .isEqualTo(new SqlTransaction(SqlTransaction.Kind.COMMIT, Optional.empty(), Optional.empty()));
        assertThat(statements.get(4)).isInstanceOf(SqlCall.class);
        assertThat(statements.get(5))
                .isEqualTo(new SqlTransaction(SqlTransaction.Kind.COMMIT, Optional.empty(), Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "=  0:1,0,0",
                "<> 0:0,1,1",
                "!= 0:0,1,1",
                ">  0:0,1,1",
                ">= 1:0,1,1",
                "!< 1:0,1,1",
                "<  2:1,1,0",
                "<= 1:1,1,0",
                "!> 1:1,1,0"
            })
    void comparesTheNumberOfOpenTransactions(String row) {
        String operator = row.substring(0, 2).strip();
        int count = Integer.parseInt(row.substring(3, 4));
        SqlTransaction read = (SqlTransaction)
                SqlText.parse("if @@trancount " + operator + count + " commit").get(0);

        for (int open = 0; open < 3; open++) {
            assertThat(read.only().orElseThrow().holds(open))
                    .as(operator + count + " with " + open + " open")
                    .isEqualTo(row.split(":")[1].split(",")[open].equals("1"));
        }
    }
}
