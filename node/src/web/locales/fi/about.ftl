# Verkosto, ohje, saavutettavuusseloste, tietosuoja ja etusivun tilannekuva.
network-title = Verkosto
network-refresh = Päivitä tiedot
network-is-resting = Organisaatiosi solmu ei ole yhteydessä verkkoon: tiedot on luettu sen levyltä.
network-is-alone = Yhteyttä muihin organisaatioihin ei ole juuri nyt. Kirjoitettu säilyy ja lähtee, kun yhteys palaa.
network-is-in-step = Yhteys { $count } jäseneen, ja kaikilla on samat tiedot kuin täällä.
network-is-catching-up = Yhteys { $count } jäseneen, joista { $step } on samassa tahdissa. Muiden kanssa tietoja siirretään yhä.
network-peers = Yhteydet muihin organisaatioihin
network-no-peers = Yhteyksiä ei ole vielä. Ylläpitäjä lisää ensimmäisen komennolla talkoot peer add.
network-in-step = ”Samassa tahdissa” tarkoittaa, että molemmilla on kaikki, minkä ne jakavat keskenään. Muut luvut ovat nykyisen yhteyden ajalta.
network-unknown = Ei vielä tiedossa
network-head-organisation = Organisaatio
network-head-state = Tila
network-head-sent = Lähetetty
network-head-received = Saatu
network-head-heard = Viimeksi kuultu
network-head-more = Hylätyt ja häiriöt
network-head-kind = Laji
network-head-counties = Alueet
network-head-reports = Raportteja täällä
network-head-standing = Asema
network-state-apart = Ei yhteyttä
network-state-connecting = Yhdistetään
network-state-stranger = Ei jäsen: mitään ei vaihdeta
network-state-step = Samassa tahdissa
network-state-waiting = Yhteydessä, ei ole vielä sanonut mitään
network-state-comparing = Verrataan
network-peer-lacking = Tulossa { $here }, lähdössä { $there }
network-peer-sent = { $sent }, joista perillä tallessa { $there }
network-peer-received = { $received }, joista uusia tallessa { $stored }
network-peer-refused = Hylätty { $count } ({ $rules })
network-peer-none-refused = Ei hylättyjä
network-heard-never = Ei vielä
network-heard-now = Alle minuutti sitten
network-heard-minutes = { $count } min sitten
network-heard-hours = { $count } t sitten
network-held = Mitä täällä on tallessa
network-held-is = Raportteja { $reports }, allekirjoitettuja muutoksia { $changes }, levyllä { $megabytes } Mt.
network-damaged = Vaurioituneita tietueita { $count }. Puuttuva pyydetään muilta jäseniltä itsestään. Ylläpitäjä näkee, mitkä ne ovat: talkoot verify.
network-parked = Odottamassa { $count } muutosta: jotakin, mihin ne nojaavat, ei ole vielä täällä, tai niiden organisaatiota ei ole tunnustettu. Yleensä ne pääsevät talteen itsestään.
network-forks = Kohtia, joissa yksi avain on allekirjoittanut kaksi eri muutosta: { $count }. Avain on ehkä kopioitu. Kerro ylläpitäjälle ja avaimen organisaatiolle.
network-unreadable = Asiakirjoja, joita ei voi lukea: { $count }. Ne säilyvät ja lähtevät eteenpäin, mutta niitä ei näytetä. Kerro ylläpitäjälle.
network-refused = Ovella hylättyjä muutoksia { $count } ({ $rules }). Niitä ei ole tallennettu, eikä muuta tarvitse tehdä. Jos luku kasvaa nopeasti, kerro ylläpitäjälle.
network-fine = Mitään vikaa ei ole tiedossa.
network-own = Oma organisaatio
network-fact-name = Nimi
network-fact-kind = Laji
network-fact-counties = Alueet
network-fact-contact = Yhteystieto
network-fact-network = Verkosto
network-fact-id = Tunnus
network-fact-node = Solmu
network-fact-listening = Osoitteet
network-members = Organisaatiot
network-recognise = Uuden organisaation tunnustaa jäsenen ylläpitäjä komennolla talkoot org recognise. Ennen sitä sen raportteja ei oteta vastaan eikä sille lähetetä mitään.
network-standing-own = Oma
network-standing-founder = Perustaja
network-standing-member = Jäsen
network-standing-stranger = Ei jäsen
help-title = Ohje
help-lead = Miten raportti kulkee, mitä kukin kenttä kysyy ja mitä tehdä, kun jokin menee pieleen.
help-topics = Tällä sivulla
help-topic-person = Nimeä ilmiö, älä ihmistä
help-text-person =
    Raportti kertoo rakenteesta: jonosta, säännöstä, puuttuvasta palvelusta, hyvästä käytännöstä. Se ei kerro yhdestä asiakkaasta. Jätä pois nimet, henkilötunnukset, osoitteet, puhelinnumerot ja harvinaiset yksityiskohdat, joista jonkun tunnistaa.

    Hyvä otsikko: ”Vuokravelka johtaa häätöön ennen kuin apua ehtii saada”. Kerro myös, mikä toimii.
help-topic-travel = Miten raportti kulkee
help-text-travel =
    Selaimesi allekirjoittaa raportin avaimellasi. Organisaatiosi solmu tarkistaa sen, tallentaa levylle ja vasta sitten kertoo siitä muille jäsenille. Jokainen jäsen tarkistaa allekirjoituksen itse: kukaan matkalla ei voi muuttaa sanaakaan.

    Sinä valitset, kenelle raportti on: omalle organisaatiolle, hyvinvointialueen jäsenille tai koko verkostolle. Sitä ei voi myöhemmin laajentaa eikä perua.

    Koordinaattorit liittävät raportteja ilmiöihin ja tekevät niistä ehdotuksia. Se, jolta pyydetään, vastaa perustellen. Sivu Omat raporttini kertoo, mitä omista raporteistasi on seurannut.
help-topic-hidden = Mitä luvuista on piilotettu ja miksi
help-text-hidden =
    Näkymissä luku näytetään vasta, kun sen takana on tarpeeksi raportteja, kirjoittajia ja organisaatioita. Muutoin luvun paikalla on ”muutama”: niitä on vähemmän, ehkä ei yhtään. Näytetyt luvut pyöristetään viiden kerrannaisiksi, jokainen erikseen.

    Näin pienestä kunnasta tai harvinaisesta ryhmästä ei voi päätellä, kenestä on kyse, vaikka vertaisi monta taulukkoa. Siksi osat eivät aina summaudu, ja pieni ero ei tarkoita mitään.
help-topic-marks = Merkinnät tekstissä
help-text-marks =
    Kun kirjoitat, sivu merkitsee kohdat, jotka näyttävät tunnisteelta. Punainen merkintä, kuten henkilötunnus tai tilinumero, on poistettava: raporttia ei voi lähettää, ennen kuin se on poissa. Keltainen merkintä, kuten mahdollinen nimi, on kysymys: katso, voiko siitä tunnistaa jonkun.

    Merkintä ei löydä kaikkea. Harvinaista nimeä tai tarinaa, josta ihmisen tunnistaa ilman nimeä, ei ohjelma huomaa. Vastuu on lukijalla ja kirjoittajalla.
help-topic-browser = Jos selain tai laite katoaa
help-text-browser =
    Avaimesi on vain selaimessasi, eikä sitä voi kopioida siitä ulos. Jos selain vaihtuu tai sen tiedot tyhjennetään, pyydä organisaatioltasi uusi koodi ja ota uusi selain käyttöön. Raporttisi ja nimimerkkisi säilyvät. Lähettämättömät luonnokset katoavat.

    Jos laite on joutunut vääriin käsiin, kerro heti organisaatiollesi. Vanhaa avainta ei voi vielä sulkea verkostossa.
help-topic-offline = Jos yhteys katkeaa
help-text-offline =
    Jatka kirjoittamista. Luonnos säilyy salattuna tässä selaimessa. Kun yhteys palaa, avaa sivu uudelleen ja lähetä. Älä tyhjennä selaimen tietoja sitä ennen.
help-topic-refused = Jos raporttia ei oteta vastaan
help-text-refused =
    Mitään ei ole kadonnut: teksti on yhä lomakkeella. Sivu kertoo, mikä kohta estää. Tavallisin syy on tunniste tekstissä tai puuttuva pakollinen kenttä. Korjaa kohta ja lähetä uudelleen.
help-topic-answers = Mitä vastaus tarkoittaa
help-text-answers =
    Päättäjä voi hyväksyä ehdotuksen, hylätä sen, siirtää sen muualle tai kertoa, ettei asia kuulu hänelle. Jokaisessa vastauksessa on perustelu, ja se näkyy kaikille, jotka saavat lukea ehdotuksen. Jos vastausta ei tule ajoissa, ehdotus on myöhässä ja sen voi viedä eteenpäin.
help-danger = Kun joku on vaarassa
help-fields = Lomakkeen kentät
help-fields-lead = Kentän nimi avaa sivun, jolla ovat sen koodit ja niiden lähteet.
help-asked-title = Kenen lomakkeella
help-need-required = pakollinen
help-need-optional = vapaaehtoinen
help-need-absent = ei kysytä
help-only-in = Kysytään vain lajissa: { $kinds }.
help-codes = Vaihtoehdot
help-code = Koodi
help-code-name = Nimi
help-part-group = Kohderyhmä
help-part-age = Ikä
help-part-spread = Laajuus
help-part-trend = Suunta
help-source-law = Lähde: sosiaalihuoltolaki 1301/2014, 11 §, siinä järjestyksessä kuin laki alun perin luettelee ({ $version }).
help-source-thl = Vastaa THL:n luetteloa { $system }, omin avaimin: virallista luetteloa ei jaeta ohjelman mukana.
help-source-own = Lähde: Talkoiden oma luettelo.
help-official = Viralliset luettelot
help-official-more = Luetteloita ei jaeta ohjelman mukana: organisaatio lataa ne kansallisesta koodistopalvelusta. Palvelun voi aina kirjoittaa omin sanoin.
help-list = Luettelo
help-system = Tunnus
help-source = Lähde
help-back = Kaikki kentät
about-no-contact = Organisaatio ei ole ilmoittanut yhteystietoa.
access-title = Saavutettavuusseloste
access-of = Tämä seloste koskee Talkoot-verkkopalvelua, jota ylläpitää { $organisation }. Palvelua koskee laki digitaalisten palvelujen tarjoamisesta (306/2019). Seloste on laadittu 22.11.2026.
access-head-state = Miten saavutettava palvelu on
access-text-state =
    Palvelu täyttää osittain lain vaatimat kriteerit (WCAG 2.2, taso AA). Sivut ovat luettavissa ilman skriptejä, toimivat näppäimistöllä ja ruudunlukijalla, ja jokaisen kuvion vieressä on taulukko, jossa ovat samat luvut.
access-head-gaps = Mikä ei ole saavutettavaa
access-text-gaps =
    Kirjautuminen ja allekirjoittaminen tarvitsevat JavaScriptin, koska avain on selaimessa.

    Kuvioissa pitkät nimet lyhennetään; ne ovat kokonaan taulukossa. Suurennettua kuviota on vieritettävä (WCAG 1.4.10).

    Liitteet ovat kirjoittajien tekemiä, eikä niiden saavutettavuutta tarkisteta (WCAG 1.1.1). Osa häiriöilmoituksista, jotka tulevat ohjelman sisältä, on englanniksi; niiden kieli on merkitty.

    Palvelu on suomeksi, ruotsiksi ja englanniksi. Saameksi sitä ei vielä ole.
access-head-made = Miten saavutettavuus on arvioitu
access-text-made = Tekijöiden oma arvio: jokainen sivu on tarkistettu axe-core-ohjelmalla kolmella kielellä ja raportin kirjoittaminen, käyttöönotto sekä ehdotukseen vastaaminen on käyty läpi pelkällä näppäimistöllä. Ulkopuolista arviota tai apuvälineiden käyttäjien testiä ei ole vielä tehty.
access-feedback = Huomasitko puutteen?
access-feedback-how = Kerro siitä organisaatiolle. Voit myös pyytää sisällön itsellesi saavutettavassa muodossa. Vastaamme kahden viikon kuluessa.
access-authority = Valvontaviranomainen
access-authority-when = Jos et ole tyytyväinen vastaukseen tai et saa sitä kahdessa viikossa, voit tehdä ilmoituksen valvontaviranomaiselle. Sivustolla kerrotaan, miten ilmoitus tehdään ja käsitellään.
access-authority-name = Liikenne- ja viestintävirasto Traficom, digitaalisen esteettömyyden ja saavutettavuuden valvonta
privacy-title = Tietosuoja
privacy-lead = Talkoisiin kerätään ilmiöitä, ei ihmisiä. Tällä sivulla kerrotaan, mitä tallennetaan, missä, ja mitä ei voi vielä tehdä.
privacy-keeper = Kuka vastaa
privacy-keeper-is = Tämän solmun tiedoista vastaa { $organisation }.
privacy-head-people = Asiakkaat ja asukkaat
privacy-text-people =
    Raporttiin ei kuulu henkilötietoja. Henkilötunnuksen, suomalaisen tilinumeron, ulkomaalaisen tunnuksen ja asiakkaan OID-tunnuksen sisältävä teksti torjutaan jokaisessa solmussa. Nimiä ei torjuta, vaan niistä huomautetaan, ja harvinainen nimi tai tarina, josta ihmisen tunnistaa, voi jäädä huomaamatta.
privacy-head-worker = Kirjoittaja
privacy-text-worker =
    Kirjoittaja näkyy muille nimimerkkinä: satunnaisena tunnuksena, rooleina ja organisaationa. Nimi jää omaan organisaatioon, joka tietää, kenelle koodi annettiin. Saman kirjoittajan raportit voi yhdistää toisiinsa, ja tyylistä voi tunnistaa.
privacy-head-where = Missä tiedot ovat
privacy-text-where =
    Organisaation omalla koneella, levyllä salaamattomina, ellei levyä ole salattu. Keskuspalvelinta ei ole.
privacy-head-members = Kenelle ne menevät
privacy-text-members =
    Niille jäsenorganisaatioille, joille kirjoittaja ne osoittaa, salattua yhteyttä pitkin. Jokainen saaja pitää oman kopionsa ja vastaa siitä itse. Oman organisaation raportit eivät lähde sen solmuista. Julkaistavat luvut pyöristetään ja pienet piilotetaan.
privacy-head-browser = Selaimessasi
privacy-text-browser =
    Allekirjoitusavain, jota ei voi viedä ulos selaimesta, salatut luonnokset, istunnon eväste, joka päättyy viimeistään 16 tunnin kuluttua, ja eväste valitusta kielestä. Kävijöitä ei seurata, eikä yksikään sivu hae mitään muualta.
privacy-head-logs = Lokit
privacy-text-logs =
    Solmun loki sisältää tunnuksia ja sääntöjen nimiä, ei mitään, mitä joku on kirjoittanut tai katsonut.
privacy-head-erasure = Mitä ei voi vielä tehdä
privacy-text-erasure =
    Lähetettyä raporttia ei voi vielä poistaa eikä kutsua takaisin, eikä kadonnutta avainta voi vielä sulkea. Siksi oikeita raportteja ei pidä vielä kirjoittaa.
privacy-head-rights = Oikeutesi
privacy-text-rights =
    Voit kysyä organisaatiolta, mitä sinusta on tallennettu, ja pyytää virheen oikaisua. Jos et ole tyytyväinen, voit kääntyä tietosuojavaltuutetun puoleen.
privacy-ombudsman = Tietosuojavaltuutetun toimisto
home-now = Tilanne nyt
home-own = Viimeksi kirjoittamasi
home-own-none = Organisaatiosi uusimpien raporttien joukossa ei ole sinun kirjoittamiasi.
home-came-nothing = Ei vielä liitetty ilmiöön
home-came-phenomena = Ilmiöissä { $count }
home-came-asked = Ehdotuksia { $count }
home-came-answered = Vastattu { $count }
home-waits = Vastausta odottaa { $count } ehdotusta.
home-open = Avoimia ristiriitoja on { $count } ilmiössä.
