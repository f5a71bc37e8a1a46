package io.bakstripe.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The endpoint that scripts are sent to. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChaosControlTest {
    private ChaosSandbox sandbox;

    @BeforeAll
    void start(@TempDir Path directory) {
        sandbox = ChaosSandbox.start(directory);
        sandbox.put(sandbox.calm(), "there", "content");
    }

    @AfterAll
    void stop() {
        sandbox.close();
    }

    private List<Boolean> struck(int requests) {
        List<Boolean> struck = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            try {
                sandbox.get(sandbox.struck(), "there").join();
                struck.add(false);
            } catch (CompletionException failure) {
                struck.add(true);
            }
        }
        return struck;
    }

    @Test
    void countsRequestsAndStrikes() {
        sandbox.rules("""
                {"fault": "error", "status": 500, "on": ["GetObject"], "after": 2, "count": 3},
                {"fault": "error", "status": 500, "on": ["GetObject"], "key": "elsewhere.*"}""");

        assertThat(struck(7)).containsExactly(false, false, true, true, true, false, false);

        JsonNode report = sandbox.report();
        assertThat(report.at("/requests/GetObject").asInt()).isEqualTo(7);
        assertThat(report.at("/rules/0/fired").asInt()).isEqualTo(3);
        assertThat(report.at("/rules/1/matched").asInt()).isZero();
        assertThat(report.at("/struck/0").asString()).isEqualTo("rule 0 error: GetObject there");
        sandbox.end();
        assertThat(sandbox.report().at("/requests").isEmpty()).isTrue();
    }

    @Test
    void theSameSeedStrikesTheSameRequests() {
        String rule = "{\"fault\": \"error\", \"status\": 500, \"probability\": 0.5}";

        sandbox.rules(rule);
        List<Boolean> first = struck(30);
        sandbox.rules(rule);
        List<Boolean> second = struck(30);
        sandbox.control("PUT", "{\"seed\": 8, \"rules\": [" + rule + "]}");
        List<Boolean> other = struck(30);

        assertThat(second).isEqualTo(first).contains(true, false);
        assertThat(other).isNotEqualTo(first);
    }

    @Test
    void refusesAPlanThatItDoesNotUnderstand() {
        for (String wrong : List.of(
                "{",
                "[]",
                "{\"sede\": 1}",
                "{\"policy\": \"strict\"}",
                "{\"deny\": [\"s3:Everything\"]}",
                "{\"rules\": [{\"fault\": \"flood\"}]}",
                "{\"rules\": [{\"fault\": \"reset\", \"on\": [\"Get\"]}]}",
                "{\"rules\": [{\"fault\": \"reset\", \"key\": \"(\"}]}",
                "{\"rules\": [{\"fault\": \"reset\", \"probability\": 2}]}",
                "{\"rules\": [{\"fault\": \"error\", \"status\": 200}]}",
                "{\"rules\": [{\"fault\": \"reset\", \"after\": -1}]}")) {
            var answer = sandbox.control("PUT", wrong);

            assertThat(answer.statusCode()).as(wrong).isEqualTo(400);
            assertThat(answer.body()).contains("error");
        }
        assertThat(sandbox.control("POST", "{}").statusCode()).isEqualTo(405);
    }

    @Test
    void isNotThereUnlessItIsAskedFor(@TempDir Path directory) {
        try (SandboxServer plain = SandboxServer.start(directory, 0, new Random(5), java.time.Duration.ofSeconds(5))) {
            assertThat(plain.chaosEndpoint()).isEmpty();
            assertThat(plain.calmEndpoint()).isEqualTo(plain.endpoint());
            assertThat(plain.toJson()).doesNotContain("chaos");
        }
        assertThat(sandbox.server().toJson())
                .contains("\"chaos\":\"" + sandbox.server().chaosEndpoint().orElseThrow() + "\"")
                .contains("\"calm\":\"" + sandbox.server().calmEndpoint() + "\"");
    }
}
