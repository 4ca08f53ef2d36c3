# Nätverket, hjälp, tillgänglighetsutlåtande, dataskydd och läget på första sidan.
network-title = Nätverk
network-refresh = Uppdatera
network-is-resting = Organisationens nod är inte ansluten till nätverket: uppgifterna är lästa från dess disk.
network-is-alone = Just nu finns ingen förbindelse till andra organisationer. Det som skrivits finns kvar och skickas när förbindelsen är tillbaka.
network-is-in-step = Förbindelse till { $count } medlemmar, och alla har samma uppgifter som finns här.
network-is-catching-up = Förbindelse till { $count } medlemmar, av vilka { $step } är i takt. Med de andra överförs uppgifter ännu.
network-peers = Förbindelser till andra organisationer
network-no-peers = Det finns inga förbindelser ännu. Den som sköter noden lägger till den första med kommandot talkoot peer add.
network-in-step = ”I takt” betyder att båda har allt som de delar med varandra. De andra talen gäller den nuvarande förbindelsen.
network-unknown = Ännu inte känd
network-head-organisation = Organisation
network-head-state = Läge
network-head-sent = Skickat
network-head-received = Fått
network-head-heard = Senast hörd
network-head-more = Avvisat och störningar
network-head-kind = Art
network-head-counties = Områden
network-head-reports = Rapporter här
network-head-standing = Ställning
network-state-apart = Ingen förbindelse
network-state-connecting = Ansluter
network-state-stranger = Inte medlem: inget utbyts
network-state-step = I takt
network-state-waiting = Ansluten, har ännu inte sagt något
network-state-comparing = Jämför
network-peer-lacking = På väg hit { $here }, på väg dit { $there }
network-peer-sent = { $sent }, varav { $there } sparade där
network-peer-received = { $received }, varav { $stored } nya sparade
network-peer-refused = Avvisade: { $count } ({ $rules })
network-peer-none-refused = Inget avvisat
network-heard-never = Inte ännu
network-heard-now = För mindre än en minut sedan
network-heard-minutes = För { $count } min sedan
network-heard-hours = För { $count } h sedan
network-held = Vad som är sparat här
network-held-is = Rapporter { $reports }, undertecknade ändringar { $changes }, på disken { $megabytes } MB.
network-damaged = Skadade poster: { $count }. Det som saknas begärs av andra medlemmar av sig självt. Den som sköter noden ser vilka de är: talkoot verify.
network-parked = { $count } ändringar väntar: något som de bygger på finns inte här ännu, eller så är deras organisation inte erkänd. För det mesta sparas de sedan av sig själva.
network-forks = Ställen där en nyckel har undertecknat två olika ändringar: { $count }. Nyckeln kan vara kopierad. Berätta för den som sköter noden och för nyckelns organisation.
network-unreadable = Dokument som inte kan läsas: { $count }. De finns kvar och förs vidare men visas inte. Berätta för den som sköter noden.
network-refused = Ändringar som avvisats vid dörren: { $count } ({ $rules }). De är inte sparade, och inget mer behöver göras. Om talet växer snabbt, berätta för den som sköter noden.
network-fine = Inget fel är känt.
network-own = Den egna organisationen
network-fact-name = Namn
network-fact-kind = Art
network-fact-counties = Områden
network-fact-contact = Kontakt
network-fact-network = Nätverk
network-fact-id = Beteckning
network-fact-node = Nod
network-fact-listening = Adresser
network-members = Organisationer
network-recognise = En ny organisation erkänns av den som sköter en medlems nod, med kommandot talkoot org recognise. Före det tas dess rapporter inte emot och inget skickas till den.
network-standing-own = Egen
network-standing-founder = Grundare
network-standing-member = Medlem
network-standing-stranger = Inte medlem
help-title = Hjälp
help-lead = Hur en rapport färdas, vad varje fält frågar efter och vad man gör när något går fel.
help-topics = På den här sidan
help-topic-person = Nämn fenomenet, inte människan
help-text-person =
    En rapport berättar om strukturer: en kö, en regel, en tjänst som saknas, en god praxis. Den berättar inte om en enskild klient. Lämna bort namn, personbeteckningar, adresser, telefonnummer och ovanliga detaljer som någon kan kännas igen av.

    En bra rubrik: ”Hyresskuld leder till vräkning innan hjälpen hinner fram”. Berätta också om det som fungerar.
help-topic-travel = Hur en rapport färdas
help-text-travel =
    Din webbläsare undertecknar rapporten med din nyckel. Organisationens nod kontrollerar den, sparar den på disken och berättar först sedan om den för andra medlemmar. Varje medlem kontrollerar själv underskriften: ingen på vägen kan ändra ett ord.

    Du väljer vem rapporten är för: den egna organisationen, välfärdsområdets medlemmar eller hela nätverket. Det kan inte senare utvidgas eller tas tillbaka.

    Koordinatorer kopplar rapporter till fenomen och gör förslag av dem. Den som tillfrågas svarar med motivering. Sidan Mina rapporter berättar vad som har följt av dina egna.
help-topic-hidden = Vad som är dolt i talen och varför
help-text-hidden =
    I vyerna visas ett tal först när det bakom det finns tillräckligt många rapporter, skribenter och organisationer. Annars står där ”några få”: de är färre, kanske finns det inga. Tal som visas avrundas till multiplar av fem, vart och ett för sig.

    På så sätt går det inte att av en liten kommun eller en sällsynt grupp sluta sig till vem det gäller, ens genom att jämföra många tabeller. Därför blir delarna inte alltid lika med summan, och en liten skillnad betyder ingenting.
help-topic-marks = Markeringar i texten
help-text-marks =
    När du skriver markerar sidan ställen som ser ut som en identifierare. En röd markering, till exempel en personbeteckning eller ett kontonummer, måste bort: rapporten kan inte skickas förrän den är borta. En gul markering, till exempel ett möjligt namn, är en fråga: se efter om någon kan kännas igen av det.

    Allt hittas inte. Ett ovanligt namn, eller en berättelse som någon känns igen av utan namn, märker inget program. Ansvaret är läsarens och skribentens.
help-topic-browser = Om webbläsaren eller apparaten försvinner
help-text-browser =
    Din nyckel finns bara i din webbläsare och kan inte kopieras ut ur den. Om du byter webbläsare eller dess uppgifter rensas, be din organisation om en ny kod och ta den nya webbläsaren i bruk. Dina rapporter och din pseudonym finns kvar. Utkast som inte skickats går förlorade.

    Om apparaten har hamnat i fel händer, berätta genast för din organisation. Den gamla nyckeln kan ännu inte spärras i nätverket.
help-topic-offline = Om förbindelsen bryts
help-text-offline =
    Fortsätt skriva. Utkastet finns krypterat i den här webbläsaren. När förbindelsen är tillbaka, öppna sidan på nytt och skicka. Rensa inte webbläsarens uppgifter före det.
help-topic-refused = Om rapporten inte tas emot
help-text-refused =
    Inget har gått förlorat: texten finns kvar i blanketten. Sidan berättar vilket ställe som hindrar. Vanligast är en identifierare i texten eller ett obligatoriskt fält som saknas. Rätta stället och skicka på nytt.
help-topic-answers = Vad ett svar betyder
help-text-answers =
    En beslutsfattare kan godkänna förslaget, avslå det, föra det vidare eller säga att saken inte hör dit. Varje svar har en motivering och syns för alla som får läsa förslaget. Om svaret inte kommer i tid är förslaget försenat och kan föras till en högre nivå.
help-danger = När någon är i fara
help-fields = Blankettens fält
help-fields-lead = Fältets namn öppnar en sida med dess koder och varifrån de kommer.
help-asked-title = I vilka blanketter
help-need-required = obligatoriskt
help-need-optional = frivilligt
help-need-absent = frågas inte
help-only-in = Frågas bara i arten: { $kinds }.
help-codes = Alternativ
help-code = Kod
help-code-name = Namn
help-part-group = Målgrupp
help-part-age = Ålder
help-part-spread = Utbredning
help-part-trend = Riktning
help-source-law = Källa: socialvårdslagen 1301/2014, 11 §, i den ordning som lagen ursprungligen räknar upp dem ({ $version }).
help-source-thl = Motsvarar THL:s lista { $system }, med egna nycklar: den officiella listan följer inte med programmet.
help-source-own = Källa: Talkoots egen lista.
help-official = Officiella listor
help-official-more = Listorna följer inte med programmet: organisationen laddar dem från den nationella kodtjänsten. En tjänst kan alltid skrivas med egna ord.
help-list = Lista
help-system = Beteckning
help-source = Källa
help-back = Alla fält
about-no-contact = Organisationen har inte uppgett någon kontakt.
access-title = Tillgänglighetsutlåtande
access-of = Utlåtandet gäller webbtjänsten Talkoot, som drivs av { $organisation }. Tjänsten omfattas av lagen om tillhandahållande av digitala tjänster (306/2019). Utlåtandet är upprättat 22.11.2026.
access-head-state = Hur tillgänglig tjänsten är
access-text-state =
    Tjänsten uppfyller delvis de krav som lagen ställer (WCAG 2.2, nivå AA). Sidorna kan läsas utan skript, de fungerar med tangentbord och skärmläsare, och bredvid varje diagram finns en tabell med samma tal.
access-head-gaps = Vad som inte är tillgängligt
access-text-gaps =
    Inloggning och underskrift behöver JavaScript, eftersom nyckeln finns i webbläsaren.

    I diagram förkortas långa namn; de finns i sin helhet i tabellen. Förstorade diagram måste rullas (WCAG 1.4.10).

    Bilagor är gjorda av skribenterna, och deras tillgänglighet kontrolleras inte (WCAG 1.1.1). En del felmeddelanden som kommer inifrån programmet är på engelska; deras språk är utmärkt.

    Tjänsten finns på finska, svenska och engelska. På samiska finns den inte ännu.
access-head-made = Hur tillgängligheten har bedömts
access-text-made = Utvecklarnas egen bedömning: varje sida har kontrollerats med programmet axe-core på tre språk och att ta en webbläsare i bruk, skriva en rapport och svara på ett förslag har gåtts igenom med enbart tangentbord. Ingen utomstående bedömning eller test med användare av hjälpmedel har gjorts ännu.
access-feedback = Märkte du en brist?
access-feedback-how = Berätta om den för organisationen. Du kan också be att få innehållet i en form som är tillgänglig för dig. Vi svarar inom två veckor.
access-authority = Tillsynsmyndighet
access-authority-when = Om du inte är nöjd med svaret, eller inte får något inom två veckor, kan du göra en anmälan till tillsynsmyndigheten. På webbplatsen berättas hur en anmälan görs och behandlas.
access-authority-name = Transport- och kommunikationsverket Traficom, tillsynen över digital tillgänglighet
privacy-title = Dataskydd
privacy-lead = I Talkoot samlas fenomen, inte människor. Här berättas vad som sparas, var, och vad som ännu inte går att göra.
privacy-keeper = Vem som ansvarar
privacy-keeper-is = För uppgifterna i den här noden ansvarar { $organisation }.
privacy-head-people = Klienter och invånare
privacy-text-people =
    Personuppgifter hör inte till en rapport. Text med en personbeteckning, ett finländskt kontonummer, en utlännings beteckning eller en klients OID avvisas i varje nod. Namn avvisas inte men påpekas, och ett ovanligt namn eller en berättelse som någon känns igen av kan gå obemärkt förbi.
privacy-head-worker = Skribenten
privacy-text-worker =
    För andra syns skribenten som en pseudonym: en slumpmässig beteckning, roller och organisation. Namnet stannar i den egna organisationen, som vet vem koden gavs till. Samma skribents rapporter kan kopplas ihop, och stilen kan kännas igen.
privacy-head-where = Var uppgifterna finns
privacy-text-where =
    På organisationens egen maskin, okrypterade på disken om disken inte är krypterad. Det finns ingen central server.
privacy-head-members = Vem som får dem
privacy-text-members =
    De medlemsorganisationer som skribenten riktar dem till, över en krypterad förbindelse. Varje mottagare har sin egen kopia och ansvarar själv för den. Rapporter för den egna organisationen lämnar inte dess noder. Tal för publicering avrundas och små tal döljs.
privacy-head-browser = I din webbläsare
privacy-text-browser =
    Nyckeln för underskrift, som inte kan tas ut ur webbläsaren, krypterade utkast, en kaka för sessionen, som upphör senast efter 16 timmar, och en kaka för valt språk. Besökare följs inte, och ingen sida hämtar något annanstans ifrån.
privacy-head-logs = Loggar
privacy-text-logs =
    Nodens logg innehåller beteckningar och namn på regler, inget av det som någon har skrivit eller tittat på.
privacy-head-erasure = Vad som ännu inte går att göra
privacy-text-erasure =
    En skickad rapport kan ännu inte raderas eller kallas tillbaka, och en förlorad nyckel kan ännu inte spärras. Därför ska man ännu inte skriva verkliga rapporter.
privacy-head-rights = Dina rättigheter
privacy-text-rights =
    Du kan fråga organisationen vad som har sparats om dig och be om att fel rättas. Om du inte är nöjd kan du vända dig till dataombudsmannen.
privacy-ombudsman = Dataombudsmannens byrå
home-now = Läget nu
home-own = Det du senast skrev
home-own-none = Bland organisationens nyaste rapporter finns ingen som du har skrivit.
home-came-nothing = Ännu inte kopplad till ett fenomen
home-came-phenomena = I fenomen: { $count }
home-came-asked = Förslag: { $count }
home-came-answered = Besvarade: { $count }
home-waits = { $count } förslag väntar på svar.
home-open = Öppna motsägelser finns i { $count } fenomen.
