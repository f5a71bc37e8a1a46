package io.bakstripe.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.api.sql.msdb.BackupSetColumn;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.BackupSetInfo;
import io.bakstripe.protocol.instance.ChainPosition;
import io.bakstripe.protocol.instance.DatabaseInfo;
import io.bakstripe.protocol.procedure.Parameter;
import io.bakstripe.protocol.procedure.Procedure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compares {@code docs/api.md} with what it describes. */
class ApiPageTest {
    private static List<String> page() throws IOException {
        return Files.readAllLines(Path.of("..", "docs", "api.md"));
    }

    private static List<String> inCode(String line) {
        return Stream.of(line.split("`"))
                .filter(part -> part.matches("[a-z0-9_]+"))
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void namesTheParametersOfAProcedureInTheirOrder(Procedure procedure) throws IOException {
        String row = page().stream()
                .filter(line -> line.startsWith("| `" + procedure.wireName() + "`"))
                .findFirst()
                .orElseThrow();

        List<String> parameters =
                procedure.parameters().stream().map(Parameter::name).toList();
        assertThat(inCode(row.split("\\|")[2])).containsExactlyElementsOf(parameters);
    }

    @Test
    void namesTheColumnsOfMsdbInTheirOrder() throws IOException {
        String page = String.join(" ", page());
        int from = page.indexOf("The columns:");

        assertThat(inCode(page.substring(from, page.indexOf("Others of SQL Server's", from))))
                .containsExactlyElementsOf(Arrays.stream(BackupSetColumn.values())
                        .map(BackupSetColumn::columnName)
                        .toList());
    }

    @Test
    void listsEveryMessageOfSqlServerWithItsCode() throws IOException {
        List<String> expected = Arrays.stream(BackupError.values())
                .filter(error -> error.serverMessage().isPresent())
                .map(error -> "| " + error.serverMessage().getAsInt() + " | `" + error.code() + "` |")
                .sorted()
                .toList();

        assertThat(page().stream()
                        .filter(line -> line.matches("\\| \\d{4} \\| `BAK-.*"))
                        .map(line -> line.substring(0, line.indexOf("|", line.indexOf("BAK-")) + 1)))
                .containsExactlyElementsOf(expected);
    }

    @Test
    void namesWhatDatabasesAndBackupSetsAreShownWith() throws IOException {
        String page = String.join(" ", page());

        Stream.of(BackupSetInfo.class, DatabaseInfo.class, DatabaseInfo.LogBackups.class, ChainPosition.class)
                .flatMap(shown -> Arrays.stream(shown.getRecordComponents()))
                .filter(component -> !component.getName().equals("name"))
                .forEach(component -> assertThat(page).contains("`" + component.getName() + "`"));
    }
}
