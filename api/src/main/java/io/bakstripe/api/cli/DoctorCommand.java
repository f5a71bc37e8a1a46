package io.bakstripe.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.api.http.ApiJson;
import io.bakstripe.protocol.readiness.Finding;
import io.bakstripe.protocol.readiness.Readiness;
import io.bakstripe.protocol.readiness.Verdict;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code bakstripe doctor}: examines databases. Exits with 1 when one of them could not be backed up now. */
@Command(
        name = "doctor",
        description = "Examine databases: settings, grants, log, slots, checksums, and what to do about them.",
        footer = {"", "Examples:", "  bakstripe doctor", "  bakstripe doctor shop --instance sandbox"})
final class DoctorCommand extends ClientCommand {
    @Parameters(
            paramLabel = "DATABASE",
            arity = "0..*",
            description = "What to examine; all databases of the instance when none is named.")
    private List<String> names = List.of();

    @Override
    int run(ApiClient client) {
        String instance = instance(client);
        List<String> chosen = names.isEmpty() ? all(client, instance) : names;
        List<Readiness> examined =
                chosen.stream().map(name -> client.readiness(instance, name)).toList();
        if (json()) {
            printJson(Map.of("databases", examined));
        } else {
            examined.forEach(this::show);
        }
        return examined.stream().allMatch(Readiness::ready) ? OK : FAILED;
    }

    private static List<String> all(ApiClient client, String instance) {
        return client.databases(instance).stream()
                .map(database -> database.path("name").asText())
                .toList();
    }

    private void show(Readiness readiness) {
        out().println("database " + readiness.database()
                + (readiness.ready() ? ": can be backed up" : ": CANNOT be backed up"));
        List<JsonNode> rows = readiness.findings().stream()
                .map(finding -> (JsonNode) ApiJson.strict()
                        .createObjectNode()
                        .put("", mark(finding.verdict()))
                        .put("check", finding.check())
                        .put("found", finding.found()))
                .toList();
        out().println(Tables.of(rows));
        readiness.findings().stream()
                .filter(finding -> finding.advice().isPresent())
                .forEach(this::advise);
        out().println();
    }

    private void advise(Finding finding) {
        String code = finding.code().map(text -> " [" + text + "]").orElse("");
        out().println(mark(finding.verdict()) + " " + finding.check() + code + ": "
                + finding.advice().orElse(""));
    }

    private static String mark(Verdict verdict) {
        return verdict == Verdict.GOOD ? "ok" : verdict.name().toLowerCase(Locale.ROOT);
    }
}
