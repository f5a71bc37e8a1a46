package io.bakstripe.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.api.auth.AccessSettings;
import io.bakstripe.api.auth.Admission;
import io.bakstripe.api.auth.DeclaredLogin;
import io.bakstripe.api.auth.Gate;
import io.bakstripe.protocol.instance.Login;
import io.bakstripe.protocol.instance.Role;
import io.bakstripe.protocol.name.InstanceName;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenCommandTest {
    private static CommandRun run(String... arguments) {
        return CommandRun.with(Map.of(), arguments);
    }

    private static List<DeclaredLogin> declared(String line) {
        return DeclaredLogin.listFrom(
                ConfigFactory.parseString("logins = [" + line + "]").getConfigList("logins"));
    }

    @Test
    void printsATokenAndTheLineThatLetsItIn() throws IOException {
        CommandRun run = run(
                "token",
                "nightly_1",
                "--role",
                "reader",
                "--instance",
                "prod",
                "--expires",
                "2027-06-30T00:00:00Z",
                "--json");

        assertThat(run.exit()).isZero();
        JsonNode json = run.json();
        List<DeclaredLogin> logins = declared(json.path("login").asText());
        assertThat(logins.get(0).login()).isEqualTo(new Login("nightly_1", Role.READER));
        assertThat(logins.get(0).instances()).contains(Set.of(new InstanceName("prod")));
        assertThat(logins.get(0).expires()).contains(Instant.parse("2027-06-30T00:00:00Z"));
        Gate gate = new Gate(
                "other",
                new AccessSettings(logins, 5, Duration.ofSeconds(1), false),
                Runnable::run,
                () -> Instant.parse("2026-03-01T12:00:00Z"));
        assertThat(gate.admit(Optional.of("Bearer " + json.path("token").asText()), "here")
                        .toCompletableFuture()
                        .join())
                .isInstanceOf(Admission.Admitted.class);
    }

    @Test
    void tellsPeopleWhatToDoWithIt() {
        CommandRun run = run("token", "nightly");

        assertThat(run.exit()).isZero();
        assertThat(run.out()).contains("token: bk_nightly_").contains("bakstripe.api.logins");
        String line = run.out()
                .lines()
                .filter(text -> text.strip().startsWith("{"))
                .findFirst()
                .orElseThrow();
        assertThat(declared(line).get(0).login()).isEqualTo(new Login("nightly", Role.OPERATOR));
        assertThat(declared(line).get(0).instances()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "master", "größe", "-"})
    void refusesANameThatCannotBeDeclared(String name) {
        assertThat(run("token", "--", name).exit()).isEqualTo(2);
    }

    @Test
    void anUnknownRoleIsToldWhichThereAre() {
        assertThat(run("token", "a", "--role", "boss").err())
                .startsWith("error: there is no role 'boss'; the roles are reader, operator, master");
    }

    @Test
    void anEndThatCannotBeReadIsToldHowItIsWritten() {
        assertThat(run("token", "a", "--expires", "tomorrow").err())
                .startsWith("error: --expires takes a moment such as 2027-06-30T00:00:00Z or a date such as 2027-06-30,"
                        + " not 'tomorrow'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"2020-01-01T00:00:00Z", "2026-03-01T12:00:00Z", "2026-03-01"})
    void aTokenThatHasEndedAlreadyIsNotMade(String end) {
        CommandRun run = run("token", "a", "--expires", end);

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.out()).doesNotContain("bk_");
        assertThat(run.err()).startsWith("error: --expires " + end + " is over");
    }

    @Test
    void aDateIsItsBeginning() throws IOException {
        CommandRun run = run("token", "a", "--expires", "2026-03-02", "--json");

        assertThat(declared(run.json().path("login").asText()).get(0).expires())
                .contains(Instant.parse("2026-03-02T00:00:00Z"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--role=owner", "--expires=tomorrow", "--instance="})
    void refusesNonsense(String option) {
        CommandRun run = run("token", "a", option);

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.out()).doesNotContain("bk_");
    }
}
